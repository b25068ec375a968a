/** Option scores of a dual encoder: how similar a picture is to a caption of each option. */
import { PlumblineError } from '../../core/errors.ts';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import type { Feeds, TextPart, VisionPart } from '../families/family.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import type { Device } from './device.ts';
import { floatsOf, type GraphSession, openSession } from './session.ts';
import { blankVisual } from './visuals.ts';

const EMBEDDING = 'plumbline.embedding';
const LOGITS = 'plumbline.logits';
/** Captions whose embeddings are kept; a set has a few templates filled with a few words. */
const KEPT = 20_000;
const BATCH = 32;

/** Scale and bias of the logits against the cosines, by least squares. */
export function fitLine(x: readonly number[], y: readonly number[]): { slope: number; offset: number } {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(x);
  const my = mean(y);
  const slope =
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0) /
    x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  return { slope, offset: my - slope * mx };
}

export class SimilarityScorer {
  private readonly part: TextPart;
  private readonly session: GraphSession;
  private readonly scale: number;
  private readonly bias: number;
  private readonly known = new Map<string, Float32Array>();

  private constructor(part: TextPart, session: GraphSession, scale: number, bias: number) {
    this.part = part;
    this.session = session;
    this.scale = scale;
    this.bias = bias;
  }

  static async open(part: TextPart, vision: VisionPart, device: Device = 'cpu'): Promise<SimilarityScorer> {
    const { output, logits, scale } = part.similarity!;
    const line = logits === null ? { slope: scale, offset: 0 } : await scaleOfLogits(part, vision, logits);
    const session = await openSession(
      part.decoder,
      {
        nodes: [{ op: 'Cast', inputs: [output], outputs: [EMBEDDING], attributes: { to: DATA_TYPE.float } }],
        outputs: [{ name: EMBEDDING, dataType: DATA_TYPE.float }],
      },
      undefined,
      device,
    );
    return new SimilarityScorer(part, session, line.slope, line.offset);
  }

  /**
   * Scores of each option of some items.
   * @param images embeddings of each item's pictures
   */
  async scores(
    items: readonly { readonly item: Item; readonly images: readonly Float32Array[] }[],
  ): Promise<number[][]> {
    const captions = items.map(({ item }) =>
      item.options.map((_, option) => this.part.similarity!.caption(item, option)),
    );
    await this.embed(captions.flat());
    return items.map(({ images }, i) => {
      const picture = normalised(mean(images.map(normalised)));
      return captions[i].map((ids) => this.scale * dot(picture, this.known.get(ids.join())!) + this.bias);
    });
  }

  /** Embeds the captions that aren't known yet, equal lengths together. */
  private async embed(captions: readonly (readonly number[])[]): Promise<void> {
    if (this.known.size > KEPT) this.known.clear();
    const fresh = new Map(captions.filter((ids) => !this.known.has(ids.join())).map((ids) => [ids.join(), ids]));
    for (const length of new Set([...fresh.values()].map((ids) => ids.length))) {
      const group = [...fresh].filter(([, ids]) => ids.length === length);
      for (let from = 0; from < group.length; from += BATCH) {
        const batch = group.slice(from, from + BATCH);
        const { data, dims } = floatsOf(await this.session.feed(textFeeds(batch.map(([, ids]) => ids))), EMBEDDING);
        const width = dims.at(-1)!;
        batch.forEach(([key], i) => this.known.set(key, normalised(data.subarray(i * width, (i + 1) * width))));
      }
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

function textFeeds(texts: readonly (readonly number[])[]): Feeds {
  const dims = [texts.length, texts[0].length];
  return {
    input_ids: { values: texts.flat(), dims },
    attention_mask: { values: new Float32Array(dims[0] * dims[1]).fill(1), dims },
    position_ids: { values: texts.flatMap((ids) => ids.map((_, i) => i)), dims },
  };
}

/** Scale and bias that a graph for both sides applies to the cosines: seen on a black picture and a few texts. */
async function scaleOfLogits(
  part: TextPart,
  vision: VisionPart,
  logits: string,
): Promise<{ slope: number; offset: number }> {
  const { output } = part.similarity!;
  const texts = ['left', 'right', 'a red cube', 'far'].map((text) => part.encode(text));
  const cosines: number[] = [];
  const scores: number[] = [];
  const session = await openSession(part.decoder, {
    nodes: [
      [output, EMBEDDING],
      [vision.output, `${EMBEDDING}.image`],
      [logits, LOGITS],
    ].map(([from, to]) => ({ op: 'Cast', inputs: [from], outputs: [to], attributes: { to: DATA_TYPE.float } })),
    outputs: [EMBEDDING, `${EMBEDDING}.image`, LOGITS].map((name) => ({ name, dataType: DATA_TYPE.float })),
  });
  try {
    for (const text of texts) {
      const outputs = await session.feed({ ...blankVisual(vision).feeds, ...textFeeds([text]) });
      cosines.push(
        dot(normalised(floatsOf(outputs, `${EMBEDDING}.image`).data), normalised(floatsOf(outputs, EMBEDDING).data)),
      );
      scores.push(floatsOf(outputs, LOGITS).data[0]);
    }
  } finally {
    await session.release();
  }
  return fitLine(cosines, scores);
}

function normalised(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(dot(vector, vector));
  if (!Number.isFinite(norm) || norm === 0)
    throw new PlumblineError('not-finite', 'an embedding holds NaN or an infinity, or is zero', {
      hint: 'the checkpoint is damaged, or its numbers overflow in this precision',
    });
  return vector.map((value) => value / norm);
}

const mean = (vectors: readonly Float32Array[]): Float32Array =>
  vectors[0].map((_, j) => vectors.reduce((sum, vector) => sum + vector[j], 0) / vectors.length);
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
