import type { Millis } from '@tabgrid/protocol/ids';
import { type Core, touch, viewOf } from './core.js';
import { soundShares } from './guard.js';
import type { Advice } from './oracle.js';

const ADVICE_EVERY_MS: Millis = 1000;

/** Whose advice counts now. */
export function adviceOf({ oracle, config }: Core): Advice | null {
  return oracle.advice ?? config.advice;
}

/** Asks for advice on everybody's share, now and then. What was advised before falls to whoever is not named. */
export function takeAdvice(core: Core): void {
  const advice = adviceOf(core);
  if (!advice || core.now < core.state.advisedAt + ADVICE_EVERY_MS) return;
  core.state.advisedAt = core.now;
  const ready = [...core.state.volunteers.values()].filter((v) => v.state.kind === 'ready');
  const views = ready.map((v) => viewOf(core, v));
  const shares = soundShares(advice, views, core.state.load.waiting, core.random);
  for (const v of ready) {
    const advised = shares.get(v.id) ?? null;
    if (advised?.attempts === v.advised?.attempts && advised?.probability === v.advised?.probability) continue;
    v.advised = advised;
    v.statistics++;
    touch(core, v);
  }
}
