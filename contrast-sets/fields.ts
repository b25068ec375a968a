/** Fields that parameters of several generators have. */
import { z } from 'zod';

const ORDERED = 'the first number of a range must not exceed the second';
const ordered = ([low, high]: readonly number[]): boolean => low <= high;

/** A range of numbers, the lower one first. */
export const range = z.tuple([z.number(), z.number()]).refine(ordered, ORDERED);
/** A range of numbers above 0. */
export const positiveRange = z.tuple([z.number().positive(), z.number().positive()]).refine(ordered, ORDERED);

/** Whether no value occurs twice. */
export const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

/** Width and height of square pictures, from `least` pixels up. */
export const pictureSize = (least = 32) =>
  z.number().int().min(least).max(4096).default(224).describe('width and height of the pictures, pixels');

/** Several of some names, each described by `meaning`; defaults to all. */
export const someOf = <const T extends string>(names: readonly [T, ...T[]], meaning: string) =>
  z
    .array(z.enum(names))
    .min(1)
    .default([...names])
    .describe(meaning);
