/** Prompts, phrases and options on the checkpoint's tokenizer. */
import { Template } from '@huggingface/jinja';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Prompt } from '../../extractors/families/family.ts';
import { openCheckpoint } from '../../extractors/index.ts';
import { chooseScoring, optionTokens } from '../../extractors/prompt/options.ts';
import { phrasePositions } from '../../extractors/prompt/phrase.ts';
import { encodePrompt, expandPrompt, renderPrompt } from '../../extractors/prompt/prompt.ts';
import type { PromptTools } from '../../extractors/prompt/tokenizer.ts';
import { CHECKPOINT } from './support.ts';

/** The checkpoint's tools, and the image token as LLaVA's family uses it. */
interface Maker {
  tools: PromptTools;
  encode: (text: string) => number[];
}
const IMAGE = { id: 4, token: '<image>', where: CHECKPOINT };
let maker: Maker;
beforeAll(async () => (maker = (await openCheckpoint(CHECKPOINT)).text!));
function makePrompt({ tools, encode }: Maker, question: string, pictures = 1): Prompt {
  const text = renderPrompt({ tools, question, visuals: new Array<string>(pictures).fill('image'), ...IMAGE });
  return expandPrompt(question, text, encode(text), { ...IMAGE, counts: new Array<number>(pictures).fill(64) });
}

const withTemplate = (template: string): Maker => {
  const tools = { ...maker.tools, template: new Template(template) };
  return { tools, encode: (text) => encodePrompt(tools, text) };
};
const decode = (ids: readonly number[]): string =>
  maker.tools.tokenizer.decode(ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false });

describe('prompts', () => {
  test('hold the picture once, the question, and end where the answer begins', () => {
    const prompt = makePrompt(maker, 'Is the red sphere above or below the blue cone?');
    expect(decode(prompt.shortIds)).toBe(
      '<s>USER: <image>\nIs the red sphere above or below the blue cone? ASSISTANT:',
    );
    expect(prompt.ids.filter((id) => id === IMAGE.id)).toHaveLength(64);
    expect(prompt.images).toHaveLength(1);
    expect(prompt.images[0].map((position) => prompt.ids[position])).toEqual(new Array(64).fill(IMAGE.id));
  });

  test('hold any number of pictures, before the question', () => {
    const question = 'Is the red sphere above or below the blue cone?';
    expect(decode(makePrompt(maker, question, 3).shortIds)).toBe(
      `<s>USER: <image>\n<image>\n<image>\n${question} ASSISTANT:`,
    );
    const prompt = makePrompt(maker, question, 2);
    expect(prompt.ids).toHaveLength(prompt.shortIds.length + 2 * 63);
    expect(prompt.images.flat().map((position) => prompt.ids[position])).toEqual(new Array(128).fill(IMAGE.id));
    // Positions of all other tokens lead to the same tokens.
    expect(prompt.positions.map((position) => prompt.ids[position])).toEqual(prompt.shortIds);
    expect(decode(makePrompt(maker, question, 0).ids)).toBe(`<s>USER: ${question} ASSISTANT:`);
  });

  test('begin with one <s> when the template writes it itself', () => {
    const own = withTemplate(
      "{{ bos_token }}{% for m in messages %}{% for c in m.content %}{% if c.type == 'image' %}<image>{% else %}{{ c.text }}{% endif %}{% endfor %}{% endfor %}",
    );
    expect(decode(makePrompt(own, 'Is it?').shortIds)).toBe('<s><image>Is it?');
  });

  test('templates that take plain strings get the picture written out', () => {
    const plain = withTemplate("{% for m in messages %}{{ 'USER: ' + m['content'] + ' ASSISTANT:' }}{% endfor %}");
    expect(makePrompt(plain, 'Is it?').text).toBe('USER: <image>\nIs it? ASSISTANT:');
  });

  test('templates that lose the picture or the question are refused', () => {
    expect(() => makePrompt(withTemplate('{{ messages[0].content[1].text }}'), 'Is it?')).toThrow(/one `<image>`/);
    expect(() => makePrompt(withTemplate("{{ raise_exception('no pictures') }}"), 'Is it?')).toThrow(/no pictures/);
  });
});

describe('phrases', () => {
  const at = (question: string, phrases: string[], other = maker): string[] => {
    const prompt = makePrompt(other, question);
    return phrasePositions(other.tools, prompt, phrases).map((position) => decode([prompt.ids[position]]));
  };

  test('are read at their last token', () => {
    expect(at('Is the red sphere above or below the blue cone?', ['red sphere', 'blue cone'])).toEqual([
      ' sphere',
      ' cone',
    ]);
  });

  test('made of several tokens a word, at the last of them', () => {
    const prompt = makePrompt(maker, 'Is the zebra left of the quagga?');
    const [zebra, quagga] = phrasePositions(maker.tools, prompt, ['zebra', 'quagga']);
    expect(decode(prompt.ids.slice(prompt.images[0][63] + 1, zebra + 1)).endsWith('zebra')).toBe(true);
    expect(decode(prompt.ids.slice(prompt.images[0][63] + 1, quagga + 1)).endsWith('quagga')).toBe(true);
  });

  test('are whole words, each after the one before', () => {
    const prompt = makePrompt(maker, 'Is the boxer above the box or below the box?');
    const positions = phrasePositions(maker.tools, prompt, ['box', 'box']);
    expect(positions[0]).toBeLessThan(positions[1]);
    expect(decode(prompt.ids.slice(positions[0] - 2, positions[0] + 1))).toBe(' above the box');
    expect(decode(prompt.ids.slice(positions[1] - 2, positions[1] + 1))).toBe(' below the box');
  });

  test('are looked for in the question, not in what the template puts before it', () => {
    const chatty = withTemplate("{{ 'You see a red sphere. <image>' + messages[0].content[1].text + ' So?' }}");
    const prompt = makePrompt(chatty, 'Is the red sphere far?');
    const [position] = phrasePositions(chatty.tools, prompt, ['red sphere']);
    expect(position).toBeGreaterThan(prompt.images[0][63]);
  });

  test('that are not there are an error that names them', () => {
    expect(() => at('Is the red sphere far?', ['green cube'])).toThrow(/green cube/);
    expect(() => at('Is the red sphere above the blue cone?', ['blue cone', 'red sphere'])).toThrow(/red sphere/);
  });
});

describe('options', () => {
  const scoring = (...options: string[]): ReturnType<typeof chooseScoring> => {
    const prompt = makePrompt(maker, 'Is it?');
    return chooseScoring(options.map((option) => optionTokens(maker, prompt, option)));
  };

  test('have four spellings: with and without a space, as written and capitalised', () => {
    const result = scoring('left', 'right');
    expect(result.kind).toBe('first-token');
    if (result.kind === 'first-token')
      expect(result.tokens.map((tokens) => tokens.map((id) => decode([id])).sort())).toEqual([
        [' Left', ' left', 'Left', 'left'],
        [' Right', ' right', 'Right', 'right'],
      ]);
  });

  test('that share a first token are told apart by their other spellings', () => {
    // Only `zeft` is unknown to the tokenizer: it begins with a lone space, `z` or `Z`, of which `left` has none.
    const result = scoring('left', 'zeft');
    expect(result.kind).toBe('first-token');
  });

  test('that share all first tokens are scored by whole sequences', () => {
    const result = scoring('zeft', 'zight');
    expect(result.kind).toBe('sequence');
    if (result.kind === 'sequence') {
      expect(result.sequences[0].map(decode)).toEqual([' zeft', 'zeft', ' Zeft', 'Zeft']);
      expect(result.sequences[0].every((sequence) => sequence.length > 1)).toBe(true);
    }
  });

  test('without words are refused', () => expect(() => scoring(' ', 'left')).toThrow(/no tokens/));
});
