/** The commented study that `plumbline init` writes; it runs as it is. */

/** Text of `study.yaml` for some checkpoints. */
export function studyTemplate({
  checkpoints,
  name,
  schema,
}: {
  checkpoints: readonly string[];
  name: string;
  schema: string;
}): string {
  return `# yaml-language-server: $schema=${schema}
# A study in one file. Run it with: plumbline run study.yaml
# See what it would do first:       plumbline run study.yaml --dry-run
# Paths are relative to this file; a second run redoes nothing.
version: 1

# Run folder: sets, hidden states, results and the report.
out: runs/${name}
seed: 0

# Folders in the Hugging Face layout with onnx/ inside.
checkpoints:
${checkpoints.map((path) => `  - ${JSON.stringify(path)}`).join('\n')}

sets:
  # Generated here. The verdict needs at least 100 scenes a condition; 200 is the default of diagnose.
  - name: perspective
    generator: perspective
    scenes: 200
    # parameters: { size: 224 }     # plumbline generate perspective --describe lists them
  # One that lies on disk, imported or generated (copied into the run):
  # - name: mine
  #   folder: sets/mine

# What is read of each layer; left out, what it usually has (plumbline inspect CHECKPOINT lists layers).
# selections: [last, "words:1", "words:2", "patches:1", "patches:2"]
# layers: [text.2, text.3]
# dtype: float16                    # halves the files

analyses:
  # Behaviour, axis geometry, probes and the verdict, with a report.
  - diagnose
  # Any of plumbline analyse --list, at a token position and on some sets:
  # - { name: mdl, selection: last }
  # - { name: erasure, sets: [perspective] }
  # - comparison                    # paired differences between the checkpoints
  # Is the direction used? Steering, patching, erasure (runs the checkpoint again).
  # - { name: cause, axis: distance }
  # Correspondence between views, on sets of views.
  # - { name: correspondence, sets: [views] }

# Figures of every result in figures/, ready for print: true, or how.
# figures: { width: column, formats: [pdf, svg] }

# report: false, or { title: … }
report: true
`;
}
