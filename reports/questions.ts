/** What a report asks, in the words of its findings. */
import type { CheckpointReport } from './input.ts';
import { listed } from './words.ts';

type Asked = Pick<CheckpointReport, 'name' | 'findings'>;

const unique = (checkpoints: readonly Asked[], key: 'question' | 'axis' | 'cue'): string[] => [
  ...new Set(checkpoints.flatMap(({ findings }) => findings.map((finding) => finding[key]))),
];

/** Title of a report: `Is far up? tiny-a and tiny-b`. */
export function reportTitle(checkpoints: readonly Asked[]): string {
  return [...unique(checkpoints, 'question'), checkpoints.map(({ name }) => name).join(' and ')].join(' ');
}

/** The question under the title: `Does the checkpoint know distance, or does it go by height?` */
export function leadQuestion(checkpoints: readonly Asked[]): string {
  const [axes, cues] = [unique(checkpoints, 'axis'), unique(checkpoints, 'cue')];
  return axes.length === 0
    ? 'What do the checkpoint\u2019s states and answers hold?'
    : `Does the checkpoint know ${listed(axes)}, or does it go by ${listed(cues)}?`;
}
