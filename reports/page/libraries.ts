/** The browser builds of Vega, Vega-Lite and Vega-Embed, inlined so that the page fetches nothing. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inlineScript } from './html.ts';

const require = createRequire(import.meta.url);
const build = (name: string, file: string): string => join(dirname(require.resolve(name)), file);

/** In the order in which they must run. */
export function libraries(): string[] {
  return [
    build('vega', 'vega.min.js'),
    build('vega-lite', 'vega-lite.min.js'),
    build('vega-embed', 'vega-embed.min.js'),
  ].map((path) => inlineScript(readFileSync(path, 'utf8').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')));
}
