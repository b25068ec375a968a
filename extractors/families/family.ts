/**
 * What a family of checkpoints decides: how pictures become input tensors, how a prompt with pictures is written and
 * what each of its tokens is, what else the decoder is given, and how image features are merged. Everything else (taps,
 * pooling, batches, the store) is the same for all.
 *
 * A family is one file here, listed in `index.ts`. `open` finds and reads the graphs (`checkpoint/vision-graph.ts`,
 * `checkpoint/decoder.ts` help) and returns the parts with their behaviour as functions.
 */
import type { Item } from '../../core/artifacts/contrast-set.ts';
import type { Config } from '../checkpoint/config.ts';
import type { GraphFile } from '../checkpoint/graph-file.ts';
import type { Located } from '../checkpoint/locate.ts';
import type { FoundLayers } from '../layers/find.ts';
import type { PatchGrid, Placement, Size } from '../preprocess/geometry.ts';
import type { RgbImage } from '../preprocess/image.ts';
import type { PromptTools } from '../prompt/tokenizer.ts';

/**
 * Numbers for an input of a graph; they are converted to the type that the graph declares (float32, float16, int64,
 * int32, bool, …).
 */
export interface Feed {
  readonly values: Float32Array | Int32Array | Uint8Array | readonly number[];
  readonly dims: readonly number[];
}
export type Feeds = Readonly<Record<string, Feed>>;

/**
 * What goes through the vision encoder as one: a picture, or the frames of a clip where the model takes those together.
 * `one-of-several` is a picture in a prompt of several, where the family prepares those otherwise.
 */
export interface VisualRef {
  readonly kind: 'picture' | 'clip' | 'one-of-several';
  /** Paths relative to the set's folder; more than one for a clip. */
  readonly images: readonly string[];
}

/** A rectangle of a picture that is cut into patches: the whole picture, or one crop of it. */
export interface Tile {
  /** Which of the visual's pictures it shows, from 0; several where neighbouring frames share their patches. */
  readonly pictures: readonly number[];
  readonly grid: PatchGrid;
  /** From the original picture to the tile: resized, then cut out at `left`, `top`. */
  readonly placement: Placement;
  /** Row of each patch (the grid read row by row) among the rows of its sequence. */
  readonly rows: Int32Array;
}

/** What the rows of a sequence are that a visual makes: image features, or a layer of the vision encoder. */
export interface Layout {
  readonly length: number;
  /** Row of the class token; null where there is none. */
  readonly cls: number | null;
  readonly tiles: readonly Tile[];
}

/**
 * A tile as the family knows it before the encoder has been seen: which rows its patches are in is known by their order
 * only.
 */
export interface TilePlan {
  readonly pictures: readonly number[];
  /** Grid of the encoder's own patches. */
  readonly grid: PatchGrid;
  readonly placement: Placement;
  /**
   * Place of each patch (the grid read row by row) among the tile's patches in the encoder; absent where they are read
   * row by row.
   */
  readonly order?: Int32Array;
}

/** A visual, preprocessed. */
export interface Visual {
  readonly ref: VisualRef;
  /** Size of each picture before preprocessing. */
  readonly originals: readonly Size[];
  /** Inputs of the vision encoder for this visual alone. */
  readonly feeds: Feeds;
  /** The tiles in the order of the encoder's rows. */
  readonly tiles: readonly TilePlan[];
  /**
   * What the rows of its image features are; null without a language side. As many image tokens stand for it in the
   * prompt.
   */
  readonly features: Layout | null;
}

export interface VisionPart {
  readonly graph: GraphFile;
  /** Main input: layers are looked for from here to `output`. */
  readonly input: string;
  /** Image features, where there is a language side. */
  readonly output: string;
  readonly found: FoundLayers;
  /**
   * Output [width] that is put after the rows of a visual's features, for `merge` to place (a newline's embedding);
   * visuals that have it run alone.
   */
  readonly tail?: string;
  /**
   * Whether visuals may share a run: their feeds are then joined along axis 0, one entry a visual, and every layer has
   * the batch as its first axis. Otherwise each runs alone, and all rows of a layer ([units, tokens, width] or [rows,
   * width]) belong to it.
   */
  readonly batchable: boolean;
  /** Rows before a tile's patches, where they are stated and not found out. */
  readonly prefix?: number;
  /** What `inspect` says of a picture; sizes are null where they follow the picture. */
  readonly picture: { readonly size: Size | null; readonly filter: string; readonly grid: PatchGrid | null };
  /** The visuals of an item, in the order of the prompt. */
  visuals(item: Pick<Item, 'images' | 'media'>): VisualRef[];
  /** Preprocesses a visual whose pictures are decoded. */
  prepare(ref: VisualRef, pictures: readonly RgbImage[]): Visual;
}

/** A prompt, token by token. */
export interface Prompt {
  readonly question: string;
  /** The rendered chat template; image tokens as they stand before their ids are repeated. */
  readonly text: string;
  /** Token ids of `text`. */
  readonly shortIds: readonly number[];
  /** Token ids as the model gets them. */
  readonly ids: readonly number[];
  /** Position in `ids` of each of `shortIds`; the first of the repeated ones for an image token. */
  readonly positions: readonly number[];
  /** For each visual, the position in `ids` of each row of its features, in order. */
  readonly images: readonly (readonly number[])[];
}

/** One prompt of a batch. */
export interface PromptInput {
  /** The prompt's ids, and those of a candidate answer where one is scored. */
  readonly ids: readonly number[];
  readonly prompt: Prompt;
  readonly visuals: readonly Visual[];
}

export interface TextPart {
  /** Token embeddings; null where the decoder takes `input_ids` itself. */
  readonly embed: { readonly graph: GraphFile; readonly input: string; readonly output: string } | null;
  readonly decoder: GraphFile;
  /** Main input and output of the decoder: layers are looked for between them. */
  readonly input: string;
  /** Logits; null for an encoder, which has no answers. */
  readonly output: string | null;
  readonly found: FoundLayers;
  readonly tools: PromptTools;
  /**
   * Whether the decoder reads the whole sequence in both directions unless `token_type_ids` say which part is the
   * answer.
   */
  readonly readsAhead?: boolean;
  /** Writes the prompt of an item. */
  prompt(item: Pick<Item, 'question' | 'options' | 'choices'>, visuals: readonly Visual[]): Prompt;
  /** Token ids of a rendered prompt, with the special tokens that belong to it. */
  encode(text: string): number[];
  /** How pictures and texts are compared, in a dual encoder; it has no logits and no image tokens. */
  readonly similarity?: Similarity;
  /**
   * Decoder inputs beyond ids, embeddings, attention mask, plain positions and an empty cache, or in their place; dims
   * with the batch first where the graph has it.
   */
  inputs?(batch: readonly PromptInput[]): Feeds;
  /**
   * Puts image features into the token embeddings [T, width] of one prompt; by default row by row in the place of the
   * image tokens.
   */
  readonly merge?: (
    embeddings: Float32Array,
    width: number,
    input: PromptInput,
    features: readonly Float32Array[],
  ) => void;
}

/**
 * Option scores of a dual encoder: scale · cosine + bias between the picture's embedding (`VisionPart.output`) and that
 * of a caption of the option.
 */
export interface Similarity {
  /** Output of the text graph that holds a text's embedding [B, width]. */
  readonly output: string;
  /**
   * Output of a graph for both sides that holds the similarities [pictures, texts], from which scale and bias are read;
   * null where there is none.
   */
  readonly logits: string | null;
  /** Scale where no logits tell it; the bias is 0 then. */
  readonly scale: number;
  /** Token ids of the text that states an option. */
  caption(item: Pick<Item, 'question' | 'options' | 'captions'>, option: number): readonly number[];
}

/** A checkpoint's parts. */
export interface Parts {
  readonly vision: VisionPart | null;
  readonly text: TextPart | null;
  /** Files read beside the graphs and the tokenizer's, relative to the folder. */
  readonly files: readonly string[];
}

export interface Family {
  readonly name: string;
  /** Values of config.json's `model_type`. */
  readonly modelTypes: readonly string[];
  /** Finds and reads the parts; no weights are read and nothing is run. */
  open(located: Located, config: Config): Promise<Parts>;
}
