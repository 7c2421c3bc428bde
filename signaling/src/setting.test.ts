import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, choice, count, list, SettingError, span, text, toggle } from './setting.js';

const words = { group: 'g', help: 'h' };

describe('numbers', () => {
  const port = count({ ...words, fallback: 80, min: 0, max: 65_535 });

  it('takes whole numbers within bounds and nothing else', () => {
    expect(port.read('0')).toBe(0);
    expect(port.read(' 65535 ')).toBe(65_535);
    for (const bad of ['', '-1', '65536', '1.5', '1e3', '0x10', 'eighty', 'NaN']) {
      expect(() => port.read(bad), bad).toThrow(SettingError);
    }
  });

  it('names the text and the bounds', () => {
    expect(() => port.read('70000')).toThrow('"70000" is not a whole number from 0 to 65535');
  });
});

describe('sizes and times', () => {
  const size = bytes({ ...words, fallback: 0 });
  const time = span({ ...words, fallback: 1 });

  it('reads units', () => {
    expect(['17', '64KiB', '1.5 MiB', '8GiB'].map(size.read)).toEqual([17, 65_536, 1_572_864, 2 ** 33]);
    expect(['5ms', '10s', '2min', '1 h', '1d'].map(time.read)).toEqual([5, 10_000, 120_000, 3.6e6, 8.64e7]);
  });

  it('refuses unknown units, signs and what is out of bounds', () => {
    for (const bad of ['64kb', 'KiB', '-1', '1 Ki', '9999999TiB', '5constructor'])
      expect(() => size.read(bad), bad).toThrow(SettingError);
    for (const bad of ['0', '5', '10sec', 's', '-1s', '400d']) expect(() => time.read(bad), bad).toThrow(SettingError);
    expect(() => span({ ...words, fallback: 1, min: 1000 }).read('10ms')).toThrow('from 1 s to 365 d');
  });

  it('reads back what it shows', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (n) => size.read(size.show(n)) === n));
    fc.assert(fc.property(fc.integer({ min: 1, max: 365 * 86_400_000 }), (n) => time.read(time.show(n)) === n));
  });

  it('shows the largest unit that fits', () => {
    expect([0, 1000, 65_536, 2 ** 33].map(size.show)).toEqual(['0', '1000', '64 KiB', '8 GiB']);
    expect([1500, 20_000, 3.6e6].map(time.show)).toEqual(['1500 ms', '20 s', '1 h']);
  });
});

describe('words', () => {
  it('reads lists without their blanks', () => {
    const names = list({ ...words, placeholder: 'LIST' });
    expect(names.read(' a, b ,,c')).toEqual(['a', 'b', 'c']);
    expect(names.read('')).toEqual([]);
  });

  it('takes one of the words of a choice', () => {
    const level = choice({ ...words, of: ['info', 'warn'], fallback: 'warn' });
    expect(level.read('info')).toBe('info');
    expect(() => level.read('loud')).toThrow('"loud" is none of info, warn');
  });

  it('reads yes and no', () => {
    const on = toggle(words);
    expect(['1', 'true', 'YES', 'on'].map(on.read)).toEqual([true, true, true, true]);
    expect(['0', 'false', 'no', 'off', ''].map(on.read)).toEqual([false, false, false, false, false]);
    expect(() => on.read('maybe')).toThrow(SettingError);
  });

  it('does not take an empty text for a text', () => {
    expect(() => text({ ...words, placeholder: 'X' }).read(' ')).toThrow(SettingError);
  });
});
