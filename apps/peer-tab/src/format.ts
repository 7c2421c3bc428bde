import type { Millis } from '@tabgrid/protocol/ids';

/** A figure and its unit, kept apart so that a page can set them differently. */
export interface Figure {
  readonly value: string;
  readonly unit: string;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units, three digits at most: `0 B`, `1.5 kB`, `218 MB`. */
export function bytesFigure(bytes: number): Figure {
  let power = 0;
  let value = bytes;
  while (value >= 999.5 && power < BYTE_UNITS.length - 1) {
    value /= 1000;
    power++;
  }
  const digits = power === 0 || value >= 99.95 ? 0 : 1;
  return { value: value.toFixed(digits), unit: BYTE_UNITS[power] ?? 'B' };
}

/** A span of time: `0.0 s`, `12.3 s`, `4:05 min`, `2:03 h`. */
export function spanFigure(ms: Millis): Figure {
  const seconds = ms / 1000;
  if (seconds < 59.95) return { value: seconds.toFixed(1), unit: 's' };
  const whole = Math.round(seconds);
  const pair = (high: number, low: number) => `${high}:${String(low).padStart(2, '0')}`;
  if (whole < 3600) return { value: pair(Math.floor(whole / 60), whole % 60), unit: 'min' };
  const minutes = Math.floor(whole / 60);
  return { value: pair(Math.floor(minutes / 60), minutes % 60), unit: 'h' };
}

/** A share as whole percent: `50 %`, with a space that does not break. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `1 tile`, `2 tiles`. */
export function count(amount: number, one: string, many: string): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : many}`;
}
