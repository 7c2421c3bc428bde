import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { SCHEDULER_CONFIG } from '@tabgrid/coordinator/scheduler-config';
import * as v from 'valibot';
import { Sight, written } from './sights.js';
import { type Asked, type Ended, streamOf } from './stream.js';

/** A run of real tabs, as `record-tiles.ts` wrote it: a line of JSON each, gzipped. */

const Line = v.pipe(v.string(), v.parseJson(), Sight);

/** @throws ValiError for any other form */
export function readRecording(file: string): readonly Sight[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => v.parse(Line, line));
}

/** The bytes of a file for `readRecording`. */
export function writeRecording(sights: readonly Sight[]): Uint8Array {
  return gzipSync(sights.map((sight) => `${JSON.stringify(written(sight), rounded)}\n`).join(''), { level: 9 });
}

/** Microseconds and millionths are enough. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(value > 1e9 ? 16 : 7))
    : value;
}

/** As features, held against what a page's own plain oracle says. */
export function recordedStream(sights: readonly Sight[]): Iterable<Asked | Ended> {
  return streamOf(sights, SCHEDULER_CONFIG.oracle);
}
