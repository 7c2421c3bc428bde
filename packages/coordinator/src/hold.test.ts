import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { describe, expect, it } from 'vitest';
import { createHold } from './hold.js';

const turn = () => Promise.resolve();

function setUp() {
  const told: SchedulerEvent[] = [];
  return { told, hold: createHold((event) => void told.push(event)) };
}

describe('a hold', () => {
  it('is told at the end of the turn, and holds from the moment that the scheduler says', async () => {
    const { hold, told } = setUp();
    const reached = hold.control.at(0.4);
    expect(told).toEqual([]);
    await turn();
    expect(told).toEqual([{ type: 'held', share: 0.4 }]);
    expect(hold.held).toBe(false);
    hold.reached();
    expect(hold.held).toBe(true);
    await reached;
    hold.control.release();
    await turn();
    expect(told.at(-1)).toEqual({ type: 'released' });
    expect(hold.held).toBe(false);
  });

  it.each(['release first', 'hold first'])('is replaced without a gap (%s)', async (order) => {
    const { hold, told } = setUp();
    void hold.control.at(0.2);
    await turn();
    hold.reached();
    if (order === 'release first') hold.control.release();
    const next = hold.control.at(0.6);
    if (order === 'hold first') hold.control.release();
    await turn();
    expect(told).toEqual([
      { type: 'held', share: 0.2 },
      { type: 'held', share: 0.6 },
    ]);
    hold.reached();
    await next;
  });

  it('settles every promise: replaced, released, or never a share', async () => {
    const { hold } = setUp();
    const first = hold.control.at(0.1);
    const second = hold.control.at(0.9);
    await expect(first).rejects.toThrow('Another hold');
    await turn();
    hold.control.release();
    await expect(second).rejects.toThrow('released');
    for (const share of [-0.1, 1.1, Number.NaN]) await expect(hold.control.at(share)).rejects.toThrow('share');
  });
});
