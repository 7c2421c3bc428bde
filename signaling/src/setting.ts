/**
 * One setting: a flag, an environment variable, a default and how its text is read. A table of these is the only place
 * where a setting is named; the command line, the help and the README's table are made from it.
 */
export interface Setting<T> {
  readonly group: string;
  /** One line for `--help` and the README. */
  readonly help: string;
  readonly fallback: T;
  /** What the help shows as the flag's value; null for a switch, which takes none. */
  readonly placeholder: string | null;
  /** @throws SettingError with what is wrong with the text, without the flag's name */
  read(text: string): T;
  /** The inverse of `read`, for the help. */
  show(value: T): string;
}

/** A setting that cannot be used; the message is for the person who typed it. */
export class SettingError extends Error {
  override name = 'SettingError';
}

interface Words {
  readonly group: string;
  readonly help: string;
}

type Units = ReadonlyMap<string, number>;

/** Smallest first. */
const SIZES: Units = new Map([
  ['', 1],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

/** A time without a unit could be anything, and is refused. */
const SPANS: Units = new Map([
  ['ms', 1],
  ['s', 1000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function measured(text: string, units: Units): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim());
  const factor = units.get(match?.[2] ?? '?');
  return match?.[1] === undefined || factor === undefined ? null : Math.round(Number(match[1]) * factor);
}

function shown(value: number, units: Units): string {
  const fitting = [...units].filter(([, factor]) => value % factor === 0 && value >= factor);
  const [name, factor] = fitting.at(-1) ?? ['', 1];
  return name === '' ? String(value) : `${value / factor} ${name}`;
}

/** A whole number within bounds. */
export function count(words: Words & { fallback: number; min?: number; max?: number }): Setting<number> {
  const { min = 1, max = 1_000_000 } = words;
  return {
    ...words,
    placeholder: 'N',
    read(text) {
      const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= max))
        throw new SettingError(`"${text}" is not a whole number from ${min} to ${max}`);
      return value;
    },
    show: String,
  };
}

/** Bytes: a number, or one with KiB, MiB, GiB or TiB. */
export function bytes(words: Words & { fallback: number; min?: number; max?: number }): Setting<number> {
  const { min = 0, max = 2 ** 50 } = words;
  return {
    ...words,
    placeholder: 'BYTES',
    read(text) {
      const value = measured(text, SIZES);
      if (value === null || value < min || value > max) {
        throw new SettingError(
          `"${text}" is not a size from ${shown(min, SIZES)} to ${shown(max, SIZES)} (such as 64KiB)`,
        );
      }
      return value;
    },
    show: (value) => shown(value, SIZES),
  };
}

/** A span of time in milliseconds, written with ms, s, min, h or d. */
export function span(words: Words & { fallback: number; min?: number; max?: number }): Setting<number> {
  const { min = 1, max = 365 * 86_400_000 } = words;
  return {
    ...words,
    placeholder: 'TIME',
    read(text) {
      const value = measured(text, SPANS);
      if (value === null || value < min || value > max) {
        throw new SettingError(
          `"${text}" is not a time from ${shown(min, SPANS)} to ${shown(max, SPANS)} (such as 10s)`,
        );
      }
      return value;
    },
    show: (value) => shown(value, SPANS),
  };
}

/** Any text; null when it was not given. */
export function text(words: Words & { placeholder: string; fallback?: string }): Setting<string | null> {
  return {
    fallback: null,
    ...words,
    read(given) {
      if (given.trim() === '') throw new SettingError('is empty');
      return given;
    },
    show: (value) => value ?? '',
  };
}

/** Texts between commas. */
export function list(words: Words & { placeholder: string }): Setting<readonly string[]> {
  return {
    ...words,
    fallback: [],
    read: (given) => given.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])),
    show: (values) => values.join(','),
  };
}

/** One of a few words. */
export function choice<const T extends string>(words: Words & { of: readonly T[]; fallback: T }): Setting<T> {
  return {
    ...words,
    placeholder: words.of.join('|'),
    read(given) {
      const found = words.of.find((word) => word === given.trim());
      if (found === undefined) throw new SettingError(`"${given}" is none of ${words.of.join(', ')}`);
      return found;
    },
    show: (value) => value,
  };
}

/** Off unless the flag is there, or the variable says 1, true, yes or on. */
export function toggle(words: Words): Setting<boolean> {
  return {
    ...words,
    placeholder: null,
    fallback: false,
    read(given) {
      const word = given.trim().toLowerCase();
      if (['1', 'true', 'yes', 'on'].includes(word)) return true;
      if (['', '0', 'false', 'no', 'off'].includes(word)) return false;
      throw new SettingError(`"${given}" is neither yes nor no`);
    },
    show: (value) => (value ? 'on' : 'off'),
  };
}
