import { createManualClock } from '@tabgrid/protocol/clock';
import { describe, expect, it } from 'vitest';
import { BEATS_REMEMBERED, createGauge, LATE_MS } from './gauge.js';

function setUp() {
  const clock = createManualClock();
  const gauge = createGauge(clock);
  let nonce = 0;
  return {
    gauge,
    /** A beat every 2 s; null for one whose echo never comes. */
    async beats(...trips: readonly (number | null)[]) {
      for (const trip of trips) {
        gauge.beat(++nonce);
        await clock.advance(trip ?? 0);
        if (trip !== null) gauge.echo(nonce);
        await clock.advance(2000 - (trip ?? 0));
      }
    },
    last: () => nonce,
  };
}

describe('a gauge', () => {
  it('knows nothing before the first echo', () => {
    const { gauge } = setUp();
    gauge.echo(1);
    expect([gauge.roundTripMs, gauge.jitterMs, gauge.lateShare]).toEqual([null, 0, 0]);
  });

  it('smooths round trips, and how far each is from the one before', async () => {
    const { gauge, beats } = setUp();
    await beats(100);
    expect([gauge.roundTripMs, gauge.jitterMs]).toEqual([100, 0]);
    await beats(20);
    expect(gauge.roundTripMs).toBe(80);
    expect(gauge.jitterMs).toBe(80 / 16);
    for (let i = 0; i < 200; i++) await beats(50 + (i % 2) * 10);
    expect(gauge.jitterMs).toBeCloseTo(10, 3);
  });

  it('is still where every trip takes as long', async () => {
    const { gauge, beats } = setUp();
    await beats(70, 70, 70, 70);
    expect(gauge.jitterMs).toBe(0);
  });

  it('counts beats that come back late, or not at all, among the last ones', async () => {
    const { gauge, beats } = setUp();
    await beats(10, LATE_MS, LATE_MS + 1, null);
    // The last one is still out.
    expect(gauge.lateShare).toBe(1 / 3);
    await beats(10);
    expect(gauge.lateShare).toBe(2 / 5);
    await beats(...Array.from({ length: BEATS_REMEMBERED }, () => 10));
    expect(gauge.lateShare).toBe(0);
  });

  it('takes no echo twice, and none of an earlier beat', async () => {
    const { gauge, beats, last } = setUp();
    await beats(10);
    gauge.echo(last());
    await beats(null, null);
    gauge.echo(last() - 1);
    expect(gauge.roundTripMs).toBe(10);
    expect(gauge.lateShare).toBe(1 / 2);
  });
});
