/**
 * ESLint rule: no file may reach itself through imports, `import type` included. Circles of types compile, but two files
 * in a circle can't be read, moved or tested apart.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

const SPECIFIER = /^(?:import|export)\b[^;'"]*?from\s+'(\.{1,2}\/[^']+)'/gm;
const importsOf = new Map();

function imports(file) {
  let found = importsOf.get(file);
  if (found === undefined) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    found = [...text.matchAll(SPECIFIER)].map(([, path]) => resolve(dirname(file), path));
    importsOf.set(file, found);
  }
  return found;
}

/** The shortest way from one file to another, both included; null without one. */
function way(from, to) {
  const before = new Map([[from, null]]);
  const queue = [from];
  for (const file of queue) {
    if (file === to) {
      const path = [];
      for (let at = file; at !== null; at = before.get(at)) path.unshift(at);
      return path;
    }
    for (const next of imports(file)) {
      if (before.has(next)) continue;
      before.set(next, file);
      queue.push(next);
    }
  }
  return null;
}

export default {
  meta: { type: 'problem', schema: [], messages: { circle: 'import circle: {{path}}' } },
  create(context) {
    const own = context.filename;
    const check = (node) => {
      if (!node.source?.value.startsWith('.')) return;
      const path = way(resolve(dirname(own), node.source.value), own);
      if (path === null) return;
      const names = [own, ...path].map((file) => relative(context.cwd, file));
      context.report({ node, messageId: 'circle', data: { path: names.join(' → ') } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};
