import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { type JobReport, MAX_PREDICTIONS } from '@tabgrid/protocol/records';
import type { Member } from './member.js';
import { bytesOfMember } from './member.js';

/** What a job counts beside its film: time, speed, and what each volunteer gave. */
export interface Tally {
  /** The job runs (again). */
  start(): void;
  stop(): void;
  accepted(result: AcceptedResult): void;
  /** What `accepted` was told of before is not believed any more. */
  retracted(result: AcceptedResult): void;
  /** Running time so far, pauses between rounds left out. */
  wallMs(): Millis;
  /** Camera samples and work units a second over the last few seconds; over the whole job once it rests. */
  rate(): { readonly samples: number; readonly units: number };
  readonly samples: number;
  readonly kernelMs: Millis;
  readonly results: number;
  /** A tile was computed: what was expected of it, and what it took. */
  ran(prediction: Prediction): void;
  /** The last of them, oldest first. */
  predictions(): readonly Prediction[];
  rows(): readonly TallyRow[];
  /** Bytes of a member while the job ran. */
  bytes(member: Member): { readonly to: number; readonly from: number };
}

export interface AcceptedResult {
  readonly volunteer: VolunteerId;
  readonly name: string;
  readonly adapter: string;
  readonly software: boolean;
  readonly samples: number;
  readonly units: number;
  readonly kernelMs: Millis;
}

export type Prediction = JobReport['predictions'][number];

export interface TallyRow {
  readonly volunteer: VolunteerId;
  readonly name: string;
  readonly adapter: string;
  readonly software: boolean;
  results: number;
  samples: number;
  kernelMs: Millis;
}

const WINDOW_MS: Millis = 8_000;

/**
 * @param members everybody who was ever there
 * @param wallMsBefore running time of a job that is taken up again
 */
export function createTally(clock: Clock, members: () => readonly Member[], wallMsBefore: Millis = 0): Tally {
  const rows = new Map<VolunteerId, TallyRow>();
  /** Of rounds that are over. */
  const counted = new Map<VolunteerId, { to: number; from: number }>();
  /** What those who were there when the present round began had by then. */
  const atStart = new Map<VolunteerId, { to: number; from: number }>();
  let recent: { readonly at: Millis; readonly samples: number; readonly units: number }[] = [];
  const predictions: Prediction[] = [];
  let before = wallMsBefore;
  let startedAt: Millis | null = null;
  let samples = 0;
  let units = 0;
  let kernelMs = 0;
  let results = 0;

  const wallMs = () => before + (startedAt === null ? 0 : clock.now() - startedAt);

  const bytes = (member: Member) => {
    const past = counted.get(member.id) ?? { to: 0, from: 0 };
    if (startedAt === null) return past;
    const start = atStart.get(member.id) ?? { to: 0, from: 0 };
    const now = bytesOfMember(member);
    return { to: past.to + now.to - start.to, from: past.from + now.from - start.from };
  };

  return {
    start() {
      startedAt ??= clock.now();
      for (const member of members()) atStart.set(member.id, bytesOfMember(member));
    },
    stop() {
      if (startedAt === null) return;
      for (const member of members()) counted.set(member.id, bytes(member));
      atStart.clear();
      before = wallMs();
      startedAt = null;
      recent = [];
    },
    accepted(result) {
      samples += result.samples;
      units += result.units;
      kernelMs += result.kernelMs;
      results++;
      const row: TallyRow = rows.get(result.volunteer) ?? {
        volunteer: result.volunteer,
        name: result.name,
        adapter: result.adapter,
        software: result.software,
        results: 0,
        samples: 0,
        kernelMs: 0,
      };
      row.results++;
      row.samples += result.samples;
      row.kernelMs += result.kernelMs;
      rows.set(result.volunteer, row);
      if (startedAt !== null) recent.push({ at: clock.now(), samples: result.samples, units: result.units });
    },
    retracted(result) {
      samples -= result.samples;
      units -= result.units;
      kernelMs -= result.kernelMs;
      results--;
      const row = rows.get(result.volunteer);
      if (!row) return;
      row.results--;
      row.samples -= result.samples;
      row.kernelMs -= result.kernelMs;
    },
    wallMs,
    rate() {
      const whole = Math.max(1, wallMs());
      if (startedAt === null) return { samples: (samples / whole) * 1000, units: (units / whole) * 1000 };
      const now = clock.now();
      recent = recent.filter(({ at }) => now - at <= WINDOW_MS);
      const span = Math.max(1, Math.min(WINDOW_MS, now - startedAt));
      const sum = recent.reduce((s, r) => ({ samples: s.samples + r.samples, units: s.units + r.units }), {
        samples: 0,
        units: 0,
      });
      return { samples: (sum.samples / span) * 1000, units: (sum.units / span) * 1000 };
    },
    get samples() {
      return samples;
    },
    get kernelMs() {
      return kernelMs;
    },
    get results() {
      return results;
    },
    ran(prediction) {
      predictions.push(prediction);
      if (predictions.length > MAX_PREDICTIONS) predictions.shift();
    },
    predictions: () => [...predictions],
    rows: () => [...rows.values()],
    bytes,
  };
}
