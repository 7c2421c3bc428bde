import { createManualClock } from '@tabgrid/protocol/clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEAT_MS, createPulse, DEAD_AFTER_MS, SUSPECT_AFTER_MS } from './pulse.js';

function setUp() {
  const clock = createManualClock(1000);
  const log: string[] = [];
  const note = (what: string) => () => log.push(`${what}@${clock.now() - 1000}`);
  const pulse = createPulse(clock, { beat: note('beat'), suspect: note('suspect'), dead: note('dead') });
  return { clock, log, pulse };
}

describe('a pulse', () => {
  it('beats every 2 s, suspects at 3 s of silence, and gives up at 6 s', async () => {
    const { clock, log } = setUp();
    await clock.advance(60_000);
    expect(log).toEqual(['beat@2000', 'suspect@3000', 'beat@4000', 'dead@6000']);
  });

  it('counts silence from what was heard last', async () => {
    const { clock, log, pulse } = setUp();
    await clock.advance(2900);
    pulse.heard();
    await clock.advance(2999);
    expect(log.filter((l) => !l.startsWith('beat'))).toEqual([]);
    await clock.advance(1);
    pulse.heard();
    await clock.advance(6000);
    expect(log.filter((l) => !l.startsWith('beat'))).toEqual(['suspect@5900', 'suspect@8900', 'dead@11900']);
  });

  it('says for how long nothing was heard, without the time in which this page stood still', async () => {
    const { clock, pulse } = setUp();
    await clock.advance(500);
    expect(pulse.silentMs()).toBe(500);
    pulse.heard();
    expect(pulse.silentMs()).toBe(0);
    await clock.advance(1200);
    pulse.stop();
    await clock.advance(9000);
    expect(pulse.silentMs()).toBe(1200);
  });

  it('never dies while something is heard every 3 s at least, and dies 6 s after the last time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 2999 }), { maxLength: 20 }), async (gaps) => {
        const { clock, log, pulse } = setUp();
        for (const gap of gaps) {
          await clock.advance(gap);
          pulse.heard();
        }
        expect(log.filter((l) => !l.startsWith('beat'))).toEqual([]);
        const last = clock.now() - 1000;
        await clock.advance(20_000);
        expect(log.filter((l) => !l.startsWith('beat'))).toEqual([
          `suspect@${last + SUSPECT_AFTER_MS}`,
          `dead@${last + DEAD_AFTER_MS}`,
        ]);
      }),
    );
  });

  it('is silent after stop', async () => {
    const { clock, log, pulse } = setUp();
    await clock.advance(BEAT_MS);
    pulse.stop();
    pulse.heard();
    await clock.advance(60_000);
    expect(log).toEqual(['beat@2000']);
  });

  it('does not take its own sleep for the other side’s silence', () => {
    // A clock whose timers ring late, as after a lid was closed.
    let now = 0;
    const timers: { at: number; callback: () => void }[] = [];
    const log: string[] = [];
    createPulse(
      {
        now: () => now,
        after(delay, callback) {
          const timer = { at: now + delay, callback };
          timers.push(timer);
          return () => timers.splice(timers.indexOf(timer), 1);
        },
      },
      { beat: () => log.push('beat'), suspect: () => log.push('suspect'), dead: () => log.push('dead') },
    );
    const ring = (at: number): void => {
      now = at;
      for (const timer of timers.filter((t) => t.at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
    };
    ring(3_600_000);
    // Three seconds of silence are its due; the other three have yet to pass.
    expect(log).toEqual(['beat', 'suspect']);
    ring(3_602_999);
    expect(log).not.toContain('dead');
    ring(3_603_000);
    expect(log).toContain('dead');
  });
});
