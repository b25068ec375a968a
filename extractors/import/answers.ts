/** Option scores of a model that runs elsewhere, as `answers.jsonl`. */
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import type { Answer } from '../../core/artifacts/answers.ts';
import { type ContrastSet, itemsOf } from '../../core/artifacts/contrast-set.ts';
import { statesHeaderSchema } from '../../core/artifacts/hidden-states.ts';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { parseCsv } from '../../core/formats/csv.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { STATES_FILE } from '../../core/formats/hidden-states.ts';
import { readJson } from '../../core/formats/json.ts';
import { parseJsonl, writeJsonl } from '../../core/formats/jsonl.ts';
import { ANSWERS_FILE } from '../store.ts';
import { matchIds } from './ids.ts';

export interface ImportAnswersOptions {
  /** JSON, JSON lines, CSV or TSV. */
  readonly file: string;
  readonly set: ContrastSet;
  /** Folder that gets `answers.jsonl`: that of the hidden states, where there are any. */
  readonly directory: string;
}

/**
 * What a number is. Differences between the scores of one item's options are all that counts, so that logits and
 * log-probabilities serve alike.
 */
const KINDS: Readonly<Record<string, 'score' | 'probability'>> = {
  score: 'score',
  scores: 'score',
  logit: 'score',
  logits: 'score',
  logprob: 'score',
  logprobs: 'score',
  log_probability: 'score',
  log_probabilities: 'score',
  probability: 'probability',
  probabilities: 'probability',
  prob: 'probability',
  probs: 'probability',
};

/** One line of the file: an item, and numbers by option or in the order of its options. */
interface Row {
  readonly item: string;
  readonly values: Readonly<Record<string, number>> | readonly number[];
  readonly probability: boolean;
  readonly where: string;
}

/**
 * Imports a score for every option of every item; probabilities become their logarithms.
 * @returns the answers, in the order of the set's items
 * @throws PlumblineError `missing-ids`, `unknown-ids`, `duplicate-ids`, `options-mismatch`, `not-finite`,
 * `bad-probability`, `set-mismatch`
 */
export async function importAnswers({ file, set, directory }: ImportAnswersOptions): Promise<Answer[]> {
  const rows = await readRows(file);
  const items = itemsOf(set);
  const place = matchIds(
    rows.map(({ item }) => item),
    items.map(({ item }) => item),
    file,
  );
  const answers = items.map(({ item, options }, i): Answer => ({ item, scores: scoresOf(rows[place[i]], options) }));
  if (existsSync(join(directory, STATES_FILE))) {
    const { set: other } = await readJson(join(directory, STATES_FILE), statesHeaderSchema);
    if (other.hash !== set.header.hash)
      throw new PlumblineError(
        'set-mismatch',
        `the hidden states there are of the set ${other.name}, of other content`,
        { where: directory, hint: 'give the set that they were read from, or another folder' },
      );
  }
  await writeJsonl(join(directory, ANSWERS_FILE), answers);
  return answers;
}

function scoresOf({ values, probability, where, item }: Row, options: readonly string[]): Record<string, number> {
  const byOption = Array.isArray(values)
    ? Object.fromEntries(options.map((option, i) => [option, (values as readonly number[])[i]]))
    : (values as Readonly<Record<string, number>>);
  const names = Object.keys(byOption);
  if (
    names.length !== options.length ||
    (Array.isArray(values) && values.length !== options.length) ||
    !options.every((option) => Object.hasOwn(byOption, option))
  )
    throw new PlumblineError(
      'options-mismatch',
      `${item} has ${Array.isArray(values) ? `${values.length} numbers` : `the options ${names.join(', ') || 'none'}`}, expected ${options.join(', ')}`,
      { where, hint: 'give one number for each option of the item, under the option’s own words' },
    );
  return Object.fromEntries(
    options.map((option) => {
      const value = byOption[option];
      if (probability && !(value > 0 && value <= 1))
        throw new PlumblineError('bad-probability', `${item}: the probability of ${option} is ${value}`, {
          where,
          hint: 'a probability lies above 0 and is at most 1; where it underflows to 0, export logits or log-probabilities instead',
        });
      if (!Number.isFinite(value))
        throw new PlumblineError('not-finite', `${item}: the score of ${option} is ${value}`, {
          where,
          hint: 'export finite logits or log-probabilities',
        });
      return [option, probability ? Math.log(value) : value];
    }),
  );
}

async function readRows(file: string): Promise<Row[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw fileError(error, file);
  }
  const kind = extname(file).toLowerCase();
  if (kind === '.csv' || kind === '.tsv') return tableRows(text, file, kind === '.tsv' ? '\t' : ',');
  if (kind === '.jsonl') {
    const lines = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [i + 1]));
    return parseJsonl(text, z.unknown(), file).map((value, i) => recordRow(value, `${file}:${lines[i]}`));
  }
  if (kind !== '.json')
    throw new PlumblineError('unknown-format', `answers in a file ending in \`${kind}\``, {
      where: file,
      hint: 'give a .jsonl, .json, .csv or .tsv file',
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PlumblineError('not-json', `not valid JSON: ${messageOf(cause)}`, {
      where: file,
      hint: 'write it again',
      cause,
    });
  }
  if (Array.isArray(value)) return value.map((entry, i) => recordRow(entry, `${file}, entry ${i}`));
  const map = z.record(z.string(), numbersSchema).safeParse(value);
  if (!map.success)
    throw new PlumblineError('invalid-json', 'neither a list of answers nor a map from item to its options’ scores', {
      where: file,
      hint: 'write {"ITEM": {"left": 1.5, "right": -0.5}, …}',
    });
  return Object.entries(map.data).map(([item, values]) => ({
    item,
    values,
    probability: false,
    where: `${file}: ${item}`,
  }));
}

const numbersSchema = z.union([z.array(z.number()), z.record(z.string(), z.number())]);
const recordSchema = z.record(z.string(), z.unknown());

/**
 * `{item, scores: {left: 1, right: 2}}`, with `logits`, `logprobs` or `probabilities` in the place of `scores`, or
 * lists in the order of the options.
 */
function recordRow(value: unknown, where: string): Row {
  const fail = (what: string): PlumblineError =>
    new PlumblineError('invalid-line', what, {
      where,
      hint: 'write {"item": "ID", "scores": {"left": 1.5, "right": -0.5}}; `logits`, `logprobs` and `probabilities` are known too',
    });
  const record = recordSchema.safeParse(value);
  if (!record.success) throw fail('no object');
  const item = record.data.item ?? record.data.id;
  if (typeof item !== 'string' && typeof item !== 'number') throw fail('no `item`');
  const known = Object.keys(record.data).filter((name) => Object.hasOwn(KINDS, name));
  if (known.length !== 1) throw fail(known.length === 0 ? 'no `scores`' : `${known.join(' and ')} at once`);
  const numbers = numbersSchema.safeParse(record.data[known[0]]);
  if (!numbers.success) throw fail(`\`${known[0]}\` holds no numbers by option`);
  return { item: String(item), values: numbers.data, probability: KINDS[known[0]] === 'probability', where };
}

/**
 * A column `item` (or `id`), and either a column `option` with one of `score`, `logit`, `logprob`, `probability` (one
 * line an option), or one column an option, which may say what it holds: `left`, `logit:left`, `probability:left`. An
 * empty field is no option of the item.
 */
function tableRows(text: string, file: string, separator: string): Row[] {
  const { columns, rows } = parseCsv(text, file, separator);
  const fail = (what: string): PlumblineError =>
    new PlumblineError('invalid-csv', what, {
      where: `${file}:1`,
      hint: 'name the columns item,left,right or item,option,logit',
    });
  const itemColumn = columns.findIndex((name) => name === 'item' || name === 'id');
  if (itemColumn < 0) throw fail('no column `item`');
  const optionColumn = columns.indexOf('option');
  const collected = new Map<string, { values: Record<string, number>; probability: boolean; where: string }>();
  const put = (item: string, option: string, field: string, probability: boolean, where: string): void => {
    const row = collected.get(item) ?? { values: {}, probability, where };
    collected.set(item, row);
    if (Object.hasOwn(row.values, option))
      throw new PlumblineError('duplicate-ids', `${item} has the option ${option} twice`, {
        where,
        hint: 'each item and option has one score',
      });
    row.values[option] = field.trim() === '' ? NaN : Number(field);
  };
  if (optionColumn >= 0) {
    const valueColumns = columns.map((name, i) => [name, i] as const).filter(([name]) => Object.hasOwn(KINDS, name));
    if (valueColumns.length !== 1) throw fail(`one column of scores was expected, there are ${valueColumns.length}`);
    const [[name, column]] = valueColumns;
    for (const { line, fields } of rows)
      put(fields[itemColumn], fields[optionColumn], fields[column], KINDS[name] === 'probability', `${file}:${line}`);
  } else {
    const options = columns.flatMap((name, column) => {
      const [, kind, option] = /^(?:(\w+):)?(.*)$/s.exec(name)!;
      return column === itemColumn
        ? []
        : [
            {
              column,
              option: kind !== undefined && !Object.hasOwn(KINDS, kind) ? name : option,
              probability: KINDS[kind ?? 'score'] === 'probability',
            },
          ];
    });
    if (options.length === 0) throw fail('no column of an option');
    if (new Set(options.map(({ probability }) => probability)).size > 1)
      throw fail('probabilities and scores side by side');
    for (const { line, fields } of rows) {
      if (collected.has(fields[itemColumn]))
        throw new PlumblineError('duplicate-ids', `${fields[itemColumn]} occurs more than once`, {
          where: `${file}:${line}`,
          hint: 'each item of the set has one row',
        });
      collected.set(fields[itemColumn], { values: {}, probability: options[0].probability, where: `${file}:${line}` });
      for (const { column, option, probability } of options)
        if (fields[column].trim() !== '')
          put(fields[itemColumn], option, fields[column], probability, `${file}:${line}`);
    }
  }
  return [...collected].map(([item, row]) => ({ item, ...row }));
}
