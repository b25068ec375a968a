import {
  inspectCheckpoint,
  type GraphDescription,
  type Inspection,
  type PromptDescription,
} from '../../extractors/index.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption, modelOption, tapsOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

export const inspectCommand: Command<{ checkpoint: string; model?: string; taps?: string[]; json: boolean }> = {
  command: 'inspect <checkpoint>',
  describe: 'layers found, shapes, sizes, and which tokens would be read; runs nothing',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('checkpoint', {
        type: 'string',
        demandOption: true,
        describe:
          'folder in the Hugging Face layout, with weights (model.safetensors) or onnx/ inside, or any .onnx file',
      })
      .option('model', modelOption)
      .option('taps', tapsOption)
      .option('json', jsonOption),
  handler: ({ checkpoint, model, taps, json }) =>
    runCommand(async () => {
      const inspection = await inspectCheckpoint(checkpoint, { model, taps });
      process.stdout.write(json ? `${JSON.stringify(inspection)}\n` : describe(inspection));
    }),
};

function describe({ name, modelType, directory, door, layers, note, graphs, picture, prompt }: Inspection): string {
  return [
    `${name} (${modelType}) in ${directory}\n`,
    describeDoor(door),
    ...graphs.map(describeGraph),
    layers.length === 0
      ? '\n'
      : `\nlayers\n${table([['name', 'width', 'norm', 'hidden_states', 'tensor', 'file'], ...layers.map((layer) => [layer.name, layer.width, layer.norm, layer.huggingFaceIndex === null ? '' : `[${layer.huggingFaceIndex}]`, layer.tensor, layer.file])])}`,
    note === null ? '' : `${note}\n`,
    picture === null ? '' : describePicture(picture),
    prompt === null ? '' : describePrompt(prompt),
  ].join('');
}

/** Whether graphs or weights are read. */
function describeDoor({ from, why, unread }: Inspection['door']): string {
  const read = from === 'onnx' ? 'its ONNX graphs' : 'its weights, over which graphs are written';
  const shown = unread.slice(0, 4).join(', ');
  const rest = unread.length > 4 ? `, and ${unread.length - 4} more` : '';
  return `reads ${read}: ${why}\n${unread.length === 0 ? '' : `not read: ${shown}${rest}\n`}`;
}

function describePicture({ size, filter, grid }: NonNullable<Inspection['picture']>): string {
  const pixels = size === null ? 'sizes that follow the picture' : `${size.width} × ${size.height} pixels`;
  return `\npicture: ${pixels}, ${filter}; ${grid === null ? (size === null ? 'patches that follow the picture' : 'a grid of its own at each layer') : `${grid.rows} × ${grid.columns} patches of ${grid.patch} pixels`}\n`;
}

function describeGraph({
  file,
  bytes,
  externalBytes,
  opset,
  producer,
  nodes,
  parameters,
  inputs,
  outputs,
}: GraphDescription): string {
  const shapes = (values: GraphDescription['inputs']): string =>
    Object.entries(values)
      .map(([name, shape]) => `${name} ${shape === null ? '?' : `[${shape.join(', ')}]`}`)
      .join(', ');
  return `\n${file}: ${megabytes(bytes + externalBytes)}, ${(parameters / 1e6).toFixed(2)} M parameters, ${nodes} nodes, opset ${opset ?? '?'}, by ${producer}\n  in   ${shapes(inputs)}\n  out  ${shapes(outputs)}\n`;
}

/** Runs of image tokens are folded into one line; `plumbline tokens` shows them row by row. */
function describePrompt({ text, tokens }: PromptDescription): string {
  const rows: (string | number)[][] = [['position', 'id', 'token', 'read as']];
  for (let i = 0; i < tokens.length; i++) {
    const { position, id, text: shown, image, selections } = tokens[i];
    let end = i;
    while (image && tokens[end + 1]?.image) end++;
    rows.push(
      end > i
        ? [`${position}–${tokens[end].position}`, id, JSON.stringify(shown), 'image']
        : [String(position), id, JSON.stringify(shown), selections.join(', ')],
    );
    i = end;
  }
  return `\nprompt: ${JSON.stringify(text)}\n${table(rows)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 2 : 0)} MB`;
}
