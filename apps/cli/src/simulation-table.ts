import type { SimulationReport } from '@tabgrid/protocol/records';
import { table } from './report-table.js';

/** What happened in a simulation: a row a volunteer, then the whole. */
export function simulationTable(report: SimulationReport): string {
  const rows = report.volunteers.map(({ name, adapter, results, kernelMs, bytes }) => [
    ...[name, adapter, String(results), `${Math.round(kernelMs).toLocaleString('en')} ms`],
    `${(bytes / 1e6).toFixed(1)} MB`,
  ]);
  const seconds = report.wallMs / 1000;
  const whole = [
    `${report.bodies.toLocaleString('en')} bodies, ${report.frames} frames in ${seconds.toFixed(1)} s (${(report.frames / seconds).toFixed(1)} a second)`,
    `${report.regions} regions, ${Math.round(100 * report.ghostShare)} % ghosts within ${report.margin.toFixed(1)} m, ${Math.round(100 * report.exchangeShare)} % of the time in exchange`,
    `${report.conflicts} conflicts${report.merge === 'average' ? ' (averaged)' : ''}, ${report.resimulated} parts again`,
    `momentum from nowhere: ${report.momentumDrift} kg·m/s; energy ${signed(report.energyDrift)} %`,
  ].join('\n');
  return `${table(['volunteer', 'adapter', 'results', 'kernel', 'results’ bytes'], rows)}\n\n${whole}`;
}

const signed = (share: number): string => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`;
