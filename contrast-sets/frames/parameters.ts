/** What clips are drawn from, validated at the door. */
import { z } from 'zod';
import { GROUNDS } from '../scene/model.ts';

/** What moves: the camera about the vertical, the camera along the ground, or one object. */
export const MOTIONS = ['turn', 'travel', 'approach'] as const;
export type Motion = (typeof MOTIONS)[number];

/** Questions whose answers need the order of the frames, the frames in any order, or no frames. */
export const QUESTIONS = {
  turn: 'order',
  travel: 'order',
  approach: 'order',
  appearance: 'order',
  colour: 'content',
  presence: 'content',
  count: 'content',
  blind: 'nothing',
} as const;
export type QuestionName = keyof typeof QUESTIONS;
export type Needs = (typeof QUESTIONS)[QuestionName];

const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

export const framesParametersSchema = z.strictObject({
  /** Scenes, a clip each; the motions take turns. */
  scenes: z.number().int().positive().default(240),
  /** Pictures of a clip. */
  frames: z.number().int().min(8).max(32).default(8),
  /** Width and height of the pictures, pixels. */
  size: z.number().int().min(32).max(4096).default(224),
  motions: z
    .array(z.enum(MOTIONS))
    .min(1)
    .refine(distinct, 'motions must differ')
    .default([...MOTIONS]),
  /** How often the clip is appended to itself; 0 is the clip itself and always there. */
  repeats: z.array(z.number().int().min(1).max(20)).refine(distinct, 'repeats must differ').default([1, 2, 5]),
  /**
   * Questions that are also asked of repeated clips: the count must not move, and the rest tells whether mere length
   * does harm.
   */
  repeated: z.array(z.enum(Object.keys(QUESTIONS) as [QuestionName, ...QuestionName[]])).default(['count', 'colour']),
  grounds: z
    .array(z.enum(GROUNDS))
    .min(1)
    .default([...GROUNDS]),
});
export type FramesParameters = Readonly<z.output<typeof framesParametersSchema>>;
