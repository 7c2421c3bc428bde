import type { Millis } from '@tabgrid/protocol/ids';
import { type Core, touch, viewOf } from './core.js';

const ADVICE_EVERY_MS: Millis = 1000;

/** Asks for advice on everybody's share, now and then. What was advised before falls to whoever is not named. */
export function takeAdvice(core: Core): void {
  const { advice } = core.config;
  if (!advice || core.now < core.state.advisedAt + ADVICE_EVERY_MS) return;
  core.state.advisedAt = core.now;
  const ready = [...core.state.volunteers.values()].filter((v) => v.state.kind === 'ready');
  let pending = 0;
  for (const job of core.state.jobs.values()) pending += job.open;
  const views = ready.map((v) => viewOf(core, v));
  const shares = advice.share(views, pending, core.random);
  for (const v of ready) {
    const share = shares.get(v.id);
    const advised = share !== undefined && Number.isFinite(share) ? share : null;
    if (advised === v.advised) continue;
    v.advised = advised;
    v.statistics++;
    touch(core, v);
  }
}
