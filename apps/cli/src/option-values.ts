import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Merge, Verification } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { FEWEST_TO_COMPARE } from './chaos.js';
import { UsageError } from './usage-error.js';

/** Options that commands share, read from text. Each throws UsageError. */

export function integer(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} ${text}: give a whole number from ${min} to ${max}.`);
  }
  return value;
}

/** Any finite number between the bounds. */
export function decimal(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} ${text}: give a number from ${min} to ${max}.`);
  }
  return value;
}

export function verification(text: string | undefined): Verification {
  const parsed = v.safeParse(Verification, text ?? 'spot');
  if (!parsed.success) throw new UsageError(`--verify ${text}: choose one of ${Verification.options.join(', ')}.`);
  return parsed.output;
}

export function mergeWay(text: string | undefined): Merge {
  const parsed = v.safeParse(Merge, text ?? 'owner');
  if (!parsed.success) throw new UsageError(`--merge ${text}: choose one of ${Merge.options.join(', ')}.`);
  return parsed.output;
}

export function existingFile(what: string, path: string): string {
  if (!existsSync(path)) throw new UsageError(`${what} ${path} does not exist. Check the path.`);
  if (!statSync(path).isFile()) throw new UsageError(`${what} ${path} is not a file.`);
  return resolve(path);
}

/** Results are compared by volunteers with each other. */
export function checkReplicas(verify: Verification, volunteers: number): void {
  if (verify !== 'replicate' || volunteers >= FEWEST_TO_COMPARE) return;
  throw new UsageError(
    `--verify ${verify} has volunteers check each other: open at least ${FEWEST_TO_COMPARE} with --volunteers.`,
  );
}
