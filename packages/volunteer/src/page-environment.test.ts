import { describe, expect, it } from 'vitest';
import { createPageEnvironment } from './page-environment.js';
import { settle } from './test-kit.js';

class FakeDocument extends EventTarget {
  visibilityState = 'visible';
}

class FakeBattery extends EventTarget {
  charging = true;
  level = 0.5;
}

describe('a page’s environment', () => {
  it('asks for the battery only once somebody watches', async () => {
    let asked = 0;
    const battery = new FakeBattery();
    const navigator = {
      async getBattery() {
        asked++;
        return battery;
      },
    };
    const environment = createPageEnvironment({ document: new FakeDocument(), navigator });
    expect(environment.state()).toEqual({ visibility: 'visible', battery: null });
    await settle();
    expect(asked).toBe(0);
    let changes = 0;
    environment.onChange(() => changes++);
    environment.onChange(() => {});
    await settle();
    expect(asked).toBe(1);
    expect(changes).toBe(1);
    expect(environment.state().battery).toEqual({ charging: true, level: 0.5 });
    battery.charging = false;
    battery.dispatchEvent(new Event('chargingchange'));
    expect(changes).toBe(2);
    expect(environment.state().battery?.charging).toBe(false);
  });

  it('tells visibility until it is unsubscribed from', () => {
    const document = new FakeDocument();
    const environment = createPageEnvironment({ document, navigator: {} });
    let changes = 0;
    const unsubscribe = environment.onChange(() => changes++);
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    expect(environment.state().visibility).toBe('hidden');
    unsubscribe();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(changes).toBe(1);
  });

  it.each([
    ['refuses', () => Promise.reject(new DOMException('policy'))],
    ['answers nonsense', () => Promise.resolve({ charging: 'yes' })],
  ])('goes on without a battery where the browser %s', async (_how, getBattery) => {
    const environment = createPageEnvironment({ document: new FakeDocument(), navigator: { getBattery } });
    environment.onChange(() => {});
    await settle();
    expect(environment.state().battery).toBeNull();
  });

  it('keeps a level within its bounds', async () => {
    const battery = Object.assign(new FakeBattery(), { level: Number.NaN });
    const environment = createPageEnvironment({
      document: new FakeDocument(),
      navigator: { getBattery: async () => battery },
    });
    environment.onChange(() => {});
    await settle();
    expect(environment.state().battery?.level).toBe(1);
  });
});
