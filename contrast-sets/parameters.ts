/** A generator's parameters, read off its schema: what the command line and the pages in docs/sets are made from. */
import { z } from 'zod';

/** One parameter, a leaf of the schema: `options.pitch` is the field `pitch` of the group `options`. */
export interface Parameter {
  readonly path: readonly string[];
  readonly meaning: string;
  /** What it takes, in words. */
  readonly takes: string;
  readonly kind: 'number' | 'boolean' | 'text' | 'list' | 'json';
  /** Values of a choice, or of a list's entries. */
  readonly choices?: readonly string[];
  /** Undefined where there is none. */
  readonly preset?: unknown;
  /** It must be given. */
  readonly needed: boolean;
}

interface Json {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly items?: Json | false;
  readonly prefixItems?: readonly Json[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

/** JSON Schema of what a generator takes. */
export function parametersSchema(
  schema: z.ZodObject,
  target: 'draft-7' | 'draft-2020-12' = 'draft-2020-12',
): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target });
}

/** All parameters in the order of the schema. */
export function parametersIn(schema: z.ZodObject): readonly Parameter[] {
  return leaves(parametersSchema(schema), []);
}

function leaves({ properties = {}, required = [], default: presets }: Json, path: readonly string[]): Parameter[] {
  return Object.entries(properties).flatMap(([name, field]): Parameter[] => {
    const place = [...path, name];
    if (field.properties !== undefined) return leaves(field, place);
    return [
      {
        path: place,
        meaning: field.description ?? '',
        takes: takes(field),
        kind: kindOf(field),
        choices: field.enum ?? (field.items === false ? undefined : field.items?.enum),
        preset: (presets as Record<string, unknown> | undefined)?.[name] ?? field.default,
        needed: required.includes(name),
      },
    ];
  });
}

const isScalar = ({ type, enum: values }: Json): boolean =>
  values !== undefined || type === 'number' || type === 'integer';

function kindOf({ type, items, prefixItems }: Json): Parameter['kind'] {
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'boolean') return 'boolean';
  if (type === 'string') return 'text';
  const entries = prefixItems ?? (items === undefined || items === false ? [] : [items]);
  return type === 'array' && entries.length > 0 && entries.every(isScalar) ? 'list' : 'json';
}

function takes(field: Json): string {
  const { type, enum: values, items, prefixItems } = field;
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (type === 'number' || type === 'integer') return bounded(type === 'integer' ? 'whole number' : 'number', field);
  if (type === 'boolean') return 'switch';
  if (type === 'string') return 'text';
  if (prefixItems !== undefined) {
    const each = prefixItems.map(takes);
    return new Set(each).size === 1 ? `[${each[0]}, ${each[0]}]` : `[${each.join(', ')}]`;
  }
  if (items === undefined || items === false) return 'JSON';
  return items.enum === undefined ? `list of: ${takes(items)}` : `some of: ${takes(items)}`;
}

/** zod gives whole numbers the bounds of what is exact, which say nothing. */
const known = (bound: number | undefined): number | undefined =>
  bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound;

function bounded(noun: string, { type, multipleOf, ...field }: Json): string {
  const whole = type === 'integer';
  const above = field.exclusiveMinimum;
  const least = above !== undefined && whole ? above + 1 : known(field.minimum);
  const most = known(field.maximum);
  const multiple = multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`;
  if (least !== undefined && most !== undefined) return `${noun} ${least}–${most}${multiple}`;
  if (least !== undefined) return `${noun} from ${least}${multiple}`;
  if (above !== undefined) return `${noun} above ${above}${most === undefined ? '' : `, at most ${most}`}${multiple}`;
  return `${noun}${most === undefined ? '' : ` up to ${most}`}${multiple}`;
}
