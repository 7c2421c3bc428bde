import type { Bytes } from '@tabgrid/protocol/bytes';
import type { PatchPlan } from '@tabgrid/protocol/patch';
import type { OutputRef, Requirements } from '@tabgrid/protocol/task';
import type { GenericSchema } from 'valibot';

/** Equal bits acquit; `different` accuses: beyond what rounding on another adapter can explain. */
export type Verdict =
  | { readonly kind: 'equal' }
  | { readonly kind: 'within'; readonly detail: string }
  | { readonly kind: 'different'; readonly detail: string };

export interface OutputSize extends OutputRef {
  /** Its length is the most that it may have: true of the last one alone. */
  readonly upTo?: true;
}

/** The outputs, one after the other, as a patch of some of the inputs. */
export interface Telling {
  /** Which inputs. */
  readonly bases: readonly number[];
  readonly plan: PatchPlan;
}

/** A kernel's pure side: what a scheduler, a planner and a coordinator may know of it. No GPU, no DOM. */
export interface TaskKind<P> {
  readonly kind: string;
  /** Changes with every change of the kernel's WGSL or host, so that a stale tab gets no task. */
  readonly version: string;
  readonly params: GenericSchema<unknown, P>;
  outputs(params: P): readonly OutputSize[];
  /** Predicted cost in the kernel's own units. */
  workUnits(params: P): number;
  requires(params: P): Requirements;
  /** A small secret part of the task, for recomputing. @param secret 32 random bits */
  probe(params: P, secret: number): P;
  /** What is wrong with the structure of a result (length, not finite, canary), or null. Always checked. */
  fault(params: P, outputs: readonly Bytes[]): string | null;
  /**
   * How a result is told by how it differs from what it was made from, so that less of it travels; null or absent: as it is.
   * @param outputs those that are sent @param inputs null for what was not read
   */
  telling?(params: P, outputs: readonly Bytes[], inputs: readonly (Bytes | null)[]): Telling | null;
  /** Compares two results of one task. @param sameClass both from one adapter class: only equal bits will do */
  compare(a: readonly Bytes[], b: readonly Bytes[], sameClass: boolean): Verdict;
}

/** The version of those whose adapters answer a kernel's known tasks alike, and not as the kernel's own. @param answer hex */
export const dialectOf = (version: string, answer: string): string => `${version}+${answer.slice(0, 12)}`;

/** Whether results of a version are what a kernel of another one makes, in its own bits or in a dialect's. */
export const isVersionOf = (version: string, of: string): boolean => version === of || isDialect(version, of);

export const isDialect = (version: string, of: string): boolean => version.startsWith(dialectOf(of, ''));
