import { describe, expect, it } from 'vitest';
import { loadSettings, saveSettings } from './settings.js';

const DEFAULTS = { intensity: 0.5, pauseOnBattery: true, name: '', relayOnly: false };

function storageWith(text: string | null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value;
    },
  };
}

describe('settings', () => {
  it('are remembered', () => {
    const storage = storageWith(null);
    expect(loadSettings(storage)).toEqual(DEFAULTS);
    const chosen = { intensity: 0.8, pauseOnBattery: false, name: 'Grace', relayOnly: true };
    saveSettings(storage, chosen);
    expect(loadSettings(storage)).toEqual(chosen);
  });

  it.each(['', 'nonsense', '[]', '7', '{"intensity":9,"pauseOnBattery":"yes","name":5}'])('survive %s', (text) => {
    expect(loadSettings(storageWith(text))).toEqual(DEFAULTS);
  });

  it('keep what is good beside what is not', () => {
    expect(loadSettings(storageWith('{"intensity":-1,"relayOnly":true,"from":"the future"}'))).toEqual({
      ...DEFAULTS,
      relayOnly: true,
    });
  });

  it('do without a storage', () => {
    const denied = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    expect(loadSettings({ getItem: denied, setItem: denied })).toEqual(DEFAULTS);
    expect(() => saveSettings({ getItem: denied, setItem: denied }, DEFAULTS)).not.toThrow();
  });
});
