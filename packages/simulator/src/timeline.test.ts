import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTimeline } from './timeline.js';

it('lets things happen in the order of their times, and equal times in the order of asking', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (times) => {
      const timeline = createTimeline();
      const seen: { time: number; i: number; now: number }[] = [];
      for (const [i, time] of times.entries()) timeline.at(time, () => seen.push({ time, i, now: timeline.now() }));
      while (timeline.step());
      const expected = times.map((time, i) => ({ time, i, now: time })).sort((a, b) => a.time - b.time || a.i - b.i);
      expect(seen).toEqual(expected);
    }),
  );
});

it('does what was asked for in the past at once, and never goes back', () => {
  const timeline = createTimeline(100);
  const seen: number[] = [];
  timeline.at(200, () => timeline.at(50, () => seen.push(timeline.now())));
  expect(timeline.now()).toBe(100);
  while (timeline.step());
  expect(seen).toEqual([200]);
});

it('takes in what is asked for while things happen', () => {
  const timeline = createTimeline();
  const seen: string[] = [];
  timeline.at(1, () => {
    seen.push('a');
    timeline.at(1, () => seen.push('c'));
    timeline.at(3, () => seen.push('d'));
  });
  timeline.at(1, () => seen.push('b'));
  while (timeline.step());
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
  expect(timeline.step()).toBe(false);
});

it('stops at a time, and goes on from there', () => {
  const timeline = createTimeline();
  const happened: number[] = [];
  for (const time of [1, 5, 9]) timeline.at(time, () => happened.push(time));
  while (timeline.step(5));
  expect(happened).toEqual([1, 5]);
  while (timeline.step(7));
  expect([timeline.now(), timeline.isEmpty]).toEqual([7, false]);
  while (timeline.step());
  expect(happened).toEqual([1, 5, 9]);
  expect([timeline.now(), timeline.isEmpty]).toEqual([9, true]);
});
