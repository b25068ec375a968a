/**
 * 3DSRBench (Ma et al. 2025, https://arxiv.org/abs/2412.07825). Schema of the tables for VLMEvalKit
 * (https://huggingface.co/datasets/ccvl/3DSRBench, `3dsrbench_v1_vlmevalkit_circular.tsv`): `index question A B C D
 * answer (letter) category qid image (base64)`; the plain table has `image_url` instead. Addresses are not fetched: the
 * pictures must lie in the folder given with `--images`, under the last part of their address.
 *
 * Rows whose `qid` differs in a last `-1`, `-2`, … are one question with its options turned round (as the benchmark's
 * own scripts read it: a `-` before the last character is cut off); `flip` in the qid marks the mirrored picture. They
 * become perturbations of the untouched question, with `variant.circular` and `variant.flipped`, so that strict
 * accuracies can be computed. A question that comes alone is turned round here.
 */
import type { Item, Pair } from '../../core/artifacts/contrast-set.ts';
import type { BadRow, GoodRow, Importer, ImportInput } from './importer.ts';
import { rowProblem } from './row-problem.ts';
import { choiceItem, circularPair, type MultipleChoice } from './pairs.ts';
import { readTsv } from './rows.ts';

interface Variant {
  /** The question without its variants' endings. */
  readonly base: string;
  readonly circular: number;
  readonly flipped: boolean;
}

/** What a `qid` says: `Q7-flip-1` is the second order of the options of the mirrored question `Q7`. */
export function variantOf(qid: string): Variant {
  const [, stem, order] = /^(.*?)(?:-(\d))?$/.exec(qid)!;
  const flipped = /(?:^|[-_])flip(?:ped)?(?=$|[-_])/i.test(stem);
  return { base: stem.replace(/[-_]?flip(?:ped)?(?=$|[-_])/i, ''), circular: Number(order ?? 0), flipped };
}

interface Family {
  /** The untouched question, once it has come. */
  origin?: MultipleChoice;
  /** Variants that came before it. */
  readonly waiting: Item[];
  variants: number;
}

const axisOf = (category: string): string => category.replace(/_/g, '-');

async function* read(input: ImportInput): AsyncGenerator<GoodRow | BadRow> {
  // Texts, not pictures: about 11,000 questions of some hundred bytes.
  const families = new Map<string, Family>();
  for await (const row of readTsv(input, async ({ index, fields, question, choices, right, answer, picture }) => {
    const id = input.claim(fields.qid ?? index);
    if (right < 0) throw rowProblem(`the answer ${JSON.stringify(answer)} is none of the ${choices.length} options`);
    const { base, circular, flipped } = variantOf(id);
    const { category = 'other' } = fields;
    const pictures = [await picture()];
    const choice: MultipleChoice = {
      id,
      group: base,
      axis: axisOf(category),
      conditions: {},
      pictures,
      question,
      choices,
      right,
      variant: { category, circular, flipped },
    };
    const item = choiceItem({ ...choice, id: `${id}:${circular}` });
    let family = families.get(base);
    if (family === undefined) families.set(base, (family = { waiting: [], variants: 0 }));
    if (circular === 0 && !flipped) {
      family.origin = choice;
      return family.waiting.splice(0).map((variant) => variantPair(choice, variant, family));
    }
    if (family.origin === undefined) {
      family.waiting.push(item);
      return [];
    }
    return [variantPair(family.origin, item, family)];
  }))
    yield row;
  for (const [base, { origin, waiting, variants }] of families) {
    if (origin !== undefined && variants === 0)
      yield { where: input.files.join(', '), rows: 0, pairs: [circularPair({ ...origin, id: `${base}:choice` })] };
    if (waiting.length > 0)
      yield {
        where: `${input.files.join(', ')} qid ${base}`,
        rows: 0,
        problem: `${waiting.length} variants of a question that is not in the files`,
      };
  }
}

function variantPair(origin: MultipleChoice, second: Item, family: Family): Pair {
  family.variants++;
  return {
    id: second.item.replace(/:\d+$/, ''),
    group: origin.group,
    axis: origin.axis,
    kind: 'perturbation',
    conditions: {},
    first: choiceItem({ ...origin, id: `${origin.id}:0` }),
    second,
    nuisance: {},
  };
}

export const threeDsrBench: Importer = {
  name: '3dsrbench',
  version: 1,
  description: '3DSRBench: the tables for VLMEvalKit, with pictures in base64, or in a folder (--images)',
  published: [],
  read,
};
