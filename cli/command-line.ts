/** The command as a person would type it, for the record of a run: `plumbline diagnose …`. */
export function commandLine(): string {
  return ['plumbline', ...process.argv.slice(2)]
    .map((word) => (/^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
