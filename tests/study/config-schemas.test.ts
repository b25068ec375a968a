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
      'sweep',
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
