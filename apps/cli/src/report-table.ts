import type { JobReport } from '@tabgrid/protocol/records';

const thousands = (value: number) => Math.round(value).toLocaleString('en');
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 10e6 ? 2 : 1)} MB`;

/** Rows as aligned text; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const numeric = header.map((_, i) => i > 0 && rows.every((row) => /^[-\d.,]+( MB| s| ms)?$|^–$/.test(row[i] ?? '')));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** What was done to be sure of the results; nothing where nothing was. */
function checks({ verify, replicas, probes, rejected, retracted, unseen }: JobReport): readonly string[] {
  if (verify === 'none' && rejected === 0 && retracted === 0) return [];
  const how = verify === 'spot' ? `${probes} spot checks` : `${replicas} checked by a second volunteer`;
  const nobody = unseen === 0 ? [] : [`${unseen} never checked: nobody else was there`];
  return [[how, `${rejected} found wrong`, `${retracted} taken out again`, ...nobody].join(', ')];
}

/** What happened in a job: a row a volunteer, then the whole. */
export function reportTable(report: JobReport): string {
  const rows = report.volunteers.map((volunteer) => [
    volunteer.name,
    volunteer.adapter,
    volunteer.path ?? '–',
    String(volunteer.tiles),
    thousands(volunteer.samplesPerSecond ?? 0),
    megabytes(volunteer.bytesTo),
    megabytes(volunteer.bytesFrom),
    volunteer.state,
  ]);
  const whole = [
    `${report.width}×${report.height}, ${Math.round(report.spp)} samples a pixel, ${report.tiles} tiles in ${(report.wallMs / 1000).toFixed(1)} s`,
    `${thousands(report.cameraSamplesPerSecond)} samples/s`,
    `${report.attempts} attempts, ${report.retries} repeated`,
    ...checks(report),
  ].join('; ');
  return `${table(['volunteer', 'adapter', 'path', 'tiles', 'samples/s', 'bytes in', 'bytes out', 'state'], rows)}\n\n${whole}`;
}
