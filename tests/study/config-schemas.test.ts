/** The published JSON Schemas: they are those of the sources, and say the same of a file as the program does. */
import { readFile } from 'node:fs/promises';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gateSchema } from '../../study/gate/config.ts';
import { studyOf } from '../../study/config/read.ts';
import { studySchema } from '../../study/config/schema.ts';
import { studyTemplate } from '../../study/config/template.ts';
import { parseYaml } from '../../study/config/yaml.ts';
import { CONFIG_SCHEMAS } from '../../scripts/config-schemas.ts';

const GATE = 'version: 1\nrules:\n  - measure: behaviour.gap[axis=distance]\n    max: 0.15\n';
const STUDY =
  'version: 1\nout: runs/x\ncheckpoints: [a]\nsets:\n  - { name: p, generator: perspective, scenes: 200 }\n';

const publishes = (file: string): ((value: unknown) => boolean) => {
  const validate = new Ajv({ schemaId: 'auto' }).compile(JSON.parse(CONFIG_SCHEMAS[file]) as object);
  return (value) => validate(value) === true;
};

describe('published schemas', () => {
  it('are fresh', async () => {
    for (const [file, text] of Object.entries(CONFIG_SCHEMAS))
      expect(await readFile(`docs/schemas/${file}`, 'utf8'), `${file}: run npx tsx scripts/config-schemas.ts`).toBe(
        text,
      );
  });

  it('accept and refuse what the program accepts and refuses', () => {
    const cases: [string, { safeParse: (value: unknown) => { success: boolean } }, string[]][] = [
      [
        'gate.schema.json',
        gateSchema,
        [
          GATE,
          `${GATE}  - { measure: finding.verdict, oneOf: [clear] }\n`,
          GATE.replace('max', 'mx'),
          GATE.replace('0.15', 'much'),
          `${GATE}    min: 0\n`,
          'version: 2\nrules: []\n',
        ],
      ],
      [
        'study.schema.json',
        studySchema,
        [
          STUDY,
          `${STUDY}analyses: [diagnose, { name: mdl, selection: last }]\n`,
          `${STUDY}analyses: [horoscope]\n`,
          `${STUDY}layer: [x]\n`,
          STUDY.replace('scenes: 200', 'folder: x'),
          STUDY.replace('perspective', 'perspectiv'),
          STUDY.replace('scenes: 200', 'parameters: { size: 64, options: { pitch: [4, 12] } }'),
          STUDY.replace('scenes: 200', 'parameters: { size: 5 }'),
          STUDY.replace('scenes: 200', 'parameters: { sixe: 64 }'),
          STUDY.replace('scenes: 200', 'parameters: { options: { ptch: [4, 12] } }'),
          STUDY.replace('perspective', 'degradation'),
        ],
      ],
    ];
    for (const [file, schema, texts] of cases) {
      const published = publishes(file);
      const verdicts = texts.map((text) => schema.safeParse(parse(text)).success);
      expect(texts.map((text) => published(parse(text)))).toEqual(verdicts);
      expect(new Set(verdicts).size).toBe(2);
    }
  });
});

describe('a configuration file', () => {
  const errorOf = (
    text: string,
    schema: typeof gateSchema | typeof studySchema,
  ): { message: string; where: string | undefined } => {
    try {
      parseYaml(text, schema as typeof gateSchema, 'x.yaml');
    } catch (error) {
      return error as { message: string; where: string | undefined };
    }
    throw new Error('accepted');
  };

  it('with a misspelt key names it, its line, and what was meant', () => {
    expect(errorOf(GATE.replace('measure', 'mesure'), gateSchema)).toMatchObject({
      message: expect.stringMatching(/^unknown key `mesure` in rules\[1\], did you mean `measure`\?/) as string,
      where: 'x.yaml:3',
    });
    expect(errorOf(`${STUDY}selection: [last]\n`, studySchema)).toMatchObject({
      message: 'unknown key `selection`, did you mean `selections`?',
      where: 'x.yaml:6',
    });
    expect(errorOf(`${STUDY}analyses: [{ name: numbers }]\n`, studySchema).message).toMatch(
      /`numbers` is called `ridge-probes` now/,
    );
    expect(errorOf(`${STUDY}analyses:\n  - { name: mdl, slection: last }\n`, studySchema)).toMatchObject({
      message: 'unknown key `slection` in analyses[1], did you mean `selection`?',
      where: 'x.yaml:7',
    });
  });

  it('with a misspelt value names the nearest one', () => {
    expect(errorOf(STUDY.replace('perspective', 'perspectiv'), studySchema).message).toBe(
      'sets[1].generator: `perspectiv` is none of the values known, did you mean `perspective`?',
    );
    expect(errorOf(`${STUDY}analyses: [diagnos]\n`, studySchema).message).toMatch(/`diagnos`.*did you mean `diagnose`/);
  });

  it('with wrong parameters of a set names the field, as its generator knows it', () => {
    const views = (parameters: string): string =>
      errorOf(
        STUDY.replace('generator: perspective, scenes: 200', `generator: views, parameters: ${parameters}`),
        studySchema,
      ).message;
    expect(views('{ sixe: 64 }')).toBe('unknown key `sixe` in sets[1].parameters, did you mean `size`?');
    expect(views('{ options: { pitch: [4, 12] } }')).toMatch(
      /^unknown key `options` in sets\[1\].parameters, (known are scenes, views, size|did you mean)/,
    );
    expect(views('{ size: 5 }')).toMatch(/^sets\[1\]\.parameters\.size: Too small/);
    expect(views('{ distractors: [nne] }')).toMatch(
      /^sets\[1\]\.parameters\.distractors\[1\]: `nne` .* did you mean `none`\?/,
    );
    const set = STUDY.replace('generator: perspective, scenes: 200', 'foldr: x');
    expect(errorOf(set, studySchema).message).toMatch(/^unknown key `foldr` in sets\[1\], did you mean `folder`\?/);
    // Defaults are left to the generator, so that `scenes` isn't overridden.
    const whole = STUDY.replace('scenes: 200', 'scenes: 9, parameters: { size: 64 }');
    expect(parseYaml(whole, studySchema, 'x.yaml').sets).toEqual([
      { name: 'p', generator: 'perspective', scenes: 9, parameters: { size: 64 } },
    ]);
  });

  it('that is no YAML, or no file', () => {
    expect(errorOf('version: 1\nrules: [', gateSchema)).toMatchObject({ code: 'not-yaml', where: 'x.yaml:2' });
    expect(errorOf('', gateSchema)).toMatchObject({ code: 'invalid-config' });
  });

  it('that `init` writes is valid as it is, and with every comment taken off its examples', () => {
    const text = studyTemplate({ checkpoints: ['a', 'b c'], name: 'x', schema: 'docs/schemas/study.schema.json' });
    const study = parseYaml(text, studySchema, 'study.yaml');
    expect(study).toMatchObject({
      checkpoints: ['a', 'b c'],
      analyses: ['diagnose'],
      sets: [{ name: 'perspective', scenes: 200 }],
    });
    const whole = text
      .replace(/^(\s*)# (- | {2}folder|selections|layers|dtype|parameters|figures)/gm, '$1$2')
      .replace('sets: [views]', 'sets: [mine]');
    const all = studyOf(parseYaml(whole, studySchema, 'study.yaml'), { folder: '/x', where: 'study.yaml' });
    expect(all.analyses.map(({ name }) => name)).toEqual([
      'diagnose',
      'mdl',
      'erasure',
      'comparison',
      'cause',
      'correspondence',
    ]);
    expect(all.figures).toEqual({ width: 'column', formats: ['pdf', 'svg'] });
    expect(all.sets).toMatchObject([
      { name: 'perspective', parameters: { size: 224 } },
      { name: 'mine', folder: '/x/sets/mine' },
    ]);
  });

  it('refuses two results in one place and sets that are not there', () => {
    const study = (text: string): unknown =>
      studyOf(parseYaml(STUDY + text, studySchema, 'x.yaml'), { folder: '.', where: 'x.yaml' });
    expect(() => study('analyses: [mdl, { name: mdl, layers: [text.1] }]\n')).toThrow(/mdl is asked for twice on p/);
    expect(() => study('analyses: [{ name: mdl, sets: [q] }]\n')).toThrow(/no set is called `q`/);
  });
});
