import type { AssignmentPart } from './assignment/part.js';
import type { BalancePart } from './balance/part.js';
import type { ContextValue } from './context.js';
import type { FailurePart } from './failure/part.js';
import type { LatencyPart } from './latency/part.js';
import type { ModelName } from './model.js';
import type { TimePart } from './time/part.js';

/**
 * All that was learned up to a round, as one immutable value: what the Worker hands to the page, what is stored, and what an
 * oracle is made of.
 */
export interface Brain {
  readonly features: number;
  readonly revision: number;
  /** SHA-256 over everything else, in hex; the scheduler's log names an oracle by it. */
  readonly hash: string;
  /** What features are made with beside the scheduler's views. */
  readonly context: ContextValue;
  readonly time: TimePart;
  readonly failure: FailurePart;
  readonly latency: LatencyPart;
  readonly assignment: AssignmentPart;
  readonly balance: BalancePart;
  /** Who decides: a model that was no better than its baseline on the last outcomes has stepped back. */
  readonly deciding: Readonly<Record<ModelName, 'learned' | 'baseline'>>;
}
