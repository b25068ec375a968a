/** Data and scripts into HTML, so that nothing from a data set can run or mark up. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { escapeMarkup } from '../escape.ts';

/**
 * A value as deflated JSON in base64, for an inert `<script type="text/plain">`; the page's script unpacks it. About a
 * tenth of the JSON's size.
 */
export function packed(value: unknown): string {
  return deflateSync(JSON.stringify(value), { level: 9 }).toString('base64');
}

/** JavaScript for an inline `<script>`: inside its strings and expressions `<\/script` means the same. */
export function inlineScript(code: string): string {
  return code.replace(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
}

/** The source expression that lets a content-security policy run exactly this script. */
export function scriptHash(code: string): string {
  return `'sha256-${createHash('sha256').update(code).digest('base64')}'`;
}

/**
 * The document up to the end of its head. `title` is plain text; `policy` must allow `style`, which is put in as it is.
 */
export function pageHead({
  title,
  policy,
  style,
}: {
  readonly title: string;
  readonly policy: string;
  readonly style: string;
}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="plumbline">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>`;
}
