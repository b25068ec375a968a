/** What a misspelt name was probably meant to be. */

/** Edits (a letter more, less or other) from one text to another. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}

const LONG = 80;

/** The nearest of some names, when it is near enough to be meant: names that contain the word come first. */
export function closest(word: string, names: readonly string[]): string | null {
  const lower = word.toLowerCase();
  const inside = names.find((name) => lower.length > 2 && name.toLowerCase().includes(lower));
  if (inside !== undefined || word.length > LONG) return inside ?? null;
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= least) continue;
    const edits = distance(lower, name.toLowerCase());
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}
