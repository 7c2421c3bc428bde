import { bytesOf, sha256Hex } from '@tabgrid/protocol/bytes';
import { type JobReport, RECORDS_VERSION } from '@tabgrid/protocol/records';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import { filmSha256 } from '@tabgrid/splitters/render/film';
import { adapterName, type Job, type NoiseProgress } from './job.js';
import type { Member } from './member.js';
import { workOf } from './work.js';

function noiseReport(target: number, { level, met }: NoiseProgress): NonNullable<JobReport['noise']> {
  return { target, level: Number.isFinite(level) ? level : null, met };
}

/** What happened in a job. `chaos` is empty: whoever made faults happen fills it in. */
export async function createReport(job: Job, members: readonly Member[], scheduler: Scheduler): Promise<JobReport> {
  const { tally, spec } = job;
  const film = job.picture?.film;
  if (!film) throw new TypeError('a job without a picture has no report');
  await job.picture?.settled();
  const states = new Map(scheduler.volunteers().map(({ id, state }) => [id, state.kind]));
  const { attempts, work } = workOf(job, scheduler);
  const { checking: _, ...counts } = work;
  const rows = new Map(tally.rows().map((row) => [row.volunteer, row]));
  const present = members.filter((member) => rows.has(member.id) || tally.bytes(member).to > 0);
  const volunteers: JobReport['volunteers'] = present.map((member) => {
    const row = rows.get(member.id);
    const bytes = tally.bytes(member);
    return {
      id: member.id,
      name: member.name,
      adapter: adapterName(member.capabilities.adapter),
      software: member.capabilities.software,
      tiles: row?.results ?? 0,
      kernelMs: row?.kernelMs ?? 0,
      samplesPerSecond: row && row.kernelMs > 0 ? (row.samples / row.kernelMs) * 1000 : null,
      path: member.link?.stats().path ?? member.path,
      bytesTo: bytes.to,
      bytesFrom: bytes.from,
      state: states.get(member.id) ?? 'gone',
    };
  });
  // Those of an earlier visit of the page.
  for (const row of rows.values()) {
    if (present.some((member) => member.id === row.volunteer)) continue;
    const { volunteer, name, adapter, software, results, kernelMs, samples } = row;
    const samplesPerSecond = kernelMs > 0 ? (samples / kernelMs) * 1000 : null;
    const past = { path: null, bytesTo: 0, bytesFrom: 0, state: 'gone' };
    volunteers.push({ id: volunteer, name, adapter, software, tiles: results, kernelMs, samplesPerSecond, ...past });
  }
  const wallMs = tally.wallMs();
  const denoised = job.stage?.rgb;
  return {
    version: RECORDS_VERSION,
    job: job.id,
    title: job.title,
    state: job.state,
    verify: job.job.verify,
    chaos: [],
    filmSha256: await filmSha256(film),
    ...(denoised && { denoisedSha256: await sha256Hex(bytesOf(denoised)) }),
    width: spec.width,
    height: spec.height,
    spp: job.spp(),
    ...(spec.noise !== undefined && job.noise && { noise: noiseReport(spec.noise, job.noise) }),
    tiles: tally.results,
    wallMs,
    kernelMs: tally.kernelMs,
    cameraSamplesPerSecond: wallMs > 0 ? (tally.samples / wallMs) * 1000 : 0,
    bytesToVolunteers: volunteers.reduce((sum, row) => sum + row.bytesTo, 0),
    bytesFromVolunteers: volunteers.reduce((sum, row) => sum + row.bytesFrom, 0),
    attempts,
    retries: work.again + work.backups,
    ...counts,
    volunteers,
    predictions: [...tally.predictions()],
  };
}
