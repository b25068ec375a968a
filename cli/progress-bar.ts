import type { OnProgress } from '../core/progress.ts';

const WIDTH = 24;
const SHOW_AFTER_MS = 1000;

/**
 * Progress on stderr, one stage at a time, from the second second on: a bar that redraws itself on a terminal, one line
 * a stage elsewhere. Stages that report at the same time each keep their own count; the one that reported last is
 * drawn.
 */
export function progressBar(stream: NodeJS.WriteStream = process.stderr): {
  onProgress: OnProgress;
  clear: () => void;
} {
  const started = new Map<string, number>();
  const announced = new Set<string>();
  let drawn = false;
  const clear = (): void => {
    if (drawn) stream.write('\r\x1b[2K');
    drawn = false;
  };
  const onProgress: OnProgress = ({ stage, done, total, unit }) => {
    const now = Date.now();
    const begin = started.get(stage) ?? now;
    started.set(stage, begin);
    if (now - begin < SHOW_AFTER_MS) return;
    if (!stream.isTTY) {
      if (!announced.has(stage)) stream.write(`${stage}: ${total} ${unit}\n`);
      announced.add(stage);
      return;
    }
    if (done >= total) return clear();
    const filled = Math.round((WIDTH * done) / Math.max(1, total));
    const left = done > 0 ? Math.ceil((((now - begin) / done) * (total - done)) / 1000) : undefined;
    stream.write(
      `\r\x1b[2K${stage} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total} ${unit}${left === undefined ? '' : `, ${left} s left`}`,
    );
    drawn = true;
  };
  return { onProgress, clear };
}
