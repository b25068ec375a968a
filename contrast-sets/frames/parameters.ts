/** What clips are drawn from, validated at the door. */
import { z } from 'zod';
import { distinct, pictureSize, someOf } from '../fields.ts';
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

export const framesParametersSchema = z.strictObject({
  scenes: z.number().int().positive().default(240).describe('scenes, a clip each; the motions take turns'),
  frames: z.number().int().min(8).max(32).default(8).describe('pictures of a clip'),
  size: pictureSize(),
  motions: z
    .array(z.enum(MOTIONS))
    .min(1)
    .refine(distinct, 'motions must differ')
    .default([...MOTIONS])
    .describe('what moves: the camera about the vertical, the camera along the ground, or one object'),
  repeats: z
    .array(z.number().int().min(1).max(20))
    .refine(distinct, 'repeats must differ')
    .default([1, 2, 5])
    .describe('how often the clip is appended to itself; 0 is the clip itself and always there'),
  repeated: z
    .array(z.enum(Object.keys(QUESTIONS) as [QuestionName, ...QuestionName[]]))
    .default(['count', 'colour'])
    .describe(
      'questions also asked of repeated clips: the count must not move, and the rest tells whether mere length does harm',
    ),
  grounds: someOf(GROUNDS, 'ground that a scene may have'),
});
export type FramesParameters = Readonly<z.output<typeof framesParametersSchema>>;
