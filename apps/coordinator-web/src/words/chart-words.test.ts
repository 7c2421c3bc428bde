import { describe, expect, it } from 'vitest';
import { aLearningView, aYoungLearningView, LEARNING_START, NOTHING_LEARNED } from '../testing/learning-samples.js';
import {
  coverageWords,
  dayText,
  errorWords,
  reliabilityWords,
  rewardWords,
  scatterWords,
  timeText,
} from './chart-words.js';

/** Whatever space they use. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const minutes = (...value: number[]) => ({ at: value.map((_, i) => LEARNING_START + i * 60_000), value });

it('has a sentence and no rows for nothing', () => {
  const { predicted, coverage, reliability, error, reward } = NOTHING_LEARNED;
  const all = [
    scatterWords(predicted),
    coverageWords(coverage),
    reliabilityWords(reliability),
    errorWords(error),
    rewardWords(reward),
  ];
  for (const { sentence, rows, head } of all) {
    expect(sentence).toMatch(/^No .* yet\.$/);
    expect(rows).toEqual([]);
    expect(head.length).toBeGreaterThan(1);
  }
});

it('never has a row with a hole, nor more rows than anybody reads', () => {
  for (const view of [aLearningView(), aYoungLearningView()]) {
    const all = [
      scatterWords(view.predicted),
      coverageWords(view.coverage),
      reliabilityWords(view.reliability),
      errorWords(view.error),
      rewardWords(view.reward),
    ];
    for (const { head, rows } of all) {
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.length).toBeLessThanOrEqual(12);
      for (const row of rows) {
        expect(row).toHaveLength(head.length);
        for (const cell of row) expect(cell).toMatch(/[0-9]/);
      }
    }
  }
});

describe('scatterWords', () => {
  it('says how near and how often', () => {
    const { sentence } = scatterWords({ saidMs: [900, 1_000, 1_000, 1_000], tookMs: [1_000, 1_000, 1_250, 4_000] });
    expect(plain(sentence)).toBe(
      'Of the last 4 tasks, half took within 15 % of the prediction, and 75 % within a factor of two.',
    );
  });

  it('groups by what was predicted, shortest first', () => {
    const saidMs = [5_000, 1_000, 4_000, 2_000, 3_000, 6_000];
    const { rows } = scatterWords({ saidMs, tookMs: saidMs });
    expect(rows.map(([span, count]) => [span, count])).toEqual([
      ['1 s to 1 s', '1'],
      ['2 s to 2 s', '1'],
      ['3 s to 3 s', '1'],
      ['4 s to 4 s', '1'],
      ['5 s to 6 s', '2'],
    ]);
  });

  it('passes over what cannot be', () => {
    expect(scatterWords({ saidMs: [0, 5, Number.NaN], tookMs: [5, 0] }).rows).toEqual([]);
  });
});

describe('coverageWords', () => {
  it('tells the worst where that was worse, and not before', () => {
    expect(plain(coverageWords(minutes(0.8, 0.96)).sentence)).toBe(
      '96 % of the latest tasks ended within their interval; 95 % is the aim, and 80 % was the worst.',
    );
    expect(plain(coverageWords(minutes(0.97, 0.96)).sentence)).toBe(
      '96 % of the latest tasks ended within their interval; 95 % is the aim.',
    );
  });

  it('lists moments from the newest on', () => {
    const { rows } = coverageWords(minutes(0.8, 0.9, 0.96), 'UTC');
    expect(rows.map((row) => row.map(plain))).toEqual([
      ['Nov 3, 09:42', '96 %'],
      ['Nov 3, 09:41', '90 %'],
      ['Nov 3, 09:40', '80 %'],
    ]);
  });
});

it('errorWords puts the simple rule of the same moment beside what was learned', () => {
  const { sentence, rows } = errorWords({ learned: minutes(0.2, 0.083), baseline: minutes(0.18, 0.12) }, 'UTC');
  expect(plain(sentence)).toBe('Half of the latest predictions were less than 8.3 % off; with the simple rule 12 %.');
  expect(rows.map((row) => row.map(plain))).toEqual([
    ['Nov 3, 09:41', '8.3 %', '12 %'],
    ['Nov 3, 09:40', '20 %', '18 %'],
  ]);
});

it('reliabilityWords weighs groups by their cases', () => {
  const { sentence, rows } = reliabilityWords([
    { predicted: 0.1, observed: 0.1, count: 90 },
    { predicted: 0.5, observed: 0.3, count: 10 },
  ]);
  expect(plain(sentence)).toBe(
    'Of 100 cases, 12 % left within the minute; 14 % was predicted, and groups are 2.0 points off on average.',
  );
  expect(rows.map((row) => row.map(plain))).toEqual([
    ['10 %', '10 %', '90'],
    ['50 %', '30 %', '10'],
  ]);
});

it('rewardWords has a true minus and no more figures than mean something', () => {
  const { sentence, rows } = rewardWords({ raw: minutes(-0.01, -1_234.56), shaped: minutes(0, 9.76) }, 'UTC');
  expect(sentence).toMatch(/^Last period: −1,235 raw, 9\.8 shaped\./);
  expect(rows.at(-1)?.slice(1)).toEqual(['0', '0']);
});

it('tells moments in the zone that is asked for', () => {
  expect(timeText(LEARNING_START, 'UTC')).toBe('09:40');
  expect(timeText(LEARNING_START, 'Asia/Tokyo')).toBe('18:40');
  expect(dayText(LEARNING_START, 'UTC')).toBe('Nov 3');
  expect(dayText(LEARNING_START + 15 * 3_600_000, 'UTC')).toBe('Nov 4');
});
