import { expect, it } from 'vitest';
import { browserFamily, explainNoGpu } from './no-gpu.js';

const AGENTS = {
  chromium:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  safari: 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  other: 'Lynx/2.9',
} as const;

it.each(Object.entries(AGENTS))('knows %s by its user agent', (family, agent) => {
  expect(browserFamily(agent)).toBe(family);
});

it('knows the short names of adapter classes', () => {
  expect(browserFamily('chromium-156')).toBe('chromium');
  expect(browserFamily('firefox-145')).toBe('firefox');
  expect(browserFamily('safari-26')).toBe('safari');
  expect(browserFamily('node-dawn')).toBe('other');
});

it('names the insecure page before anything else', () => {
  for (const browser of Object.values(AGENTS)) {
    for (const api of [true, false]) expect(explainNoGpu({ secure: false, api, browser })).toMatch(/https.*localhost/);
  }
});

it('says what to do in each browser, apart for a missing API and a missing adapter', () => {
  const texts = Object.values(AGENTS).flatMap((browser) =>
    [true, false].map((api) => explainNoGpu({ secure: true, api, browser })),
  );
  expect(new Set(texts).size).toBe(8);
  expect(explainNoGpu({ secure: true, api: false, browser: AGENTS.firefox })).toContain('dom.webgpu.enabled');
  expect(explainNoGpu({ secure: true, api: false, browser: AGENTS.chromium })).toContain('--enable-unsafe-webgpu');
  expect(explainNoGpu({ secure: true, api: false, browser: AGENTS.safari })).toContain('Safari 26');
  expect(explainNoGpu({ secure: true, api: true, browser: AGENTS.chromium })).toContain('chrome://gpu');
});

it('fits what the protocol lets a reason be', () => {
  for (const browser of Object.values(AGENTS)) {
    for (const secure of [true, false]) {
      for (const api of [true, false]) expect(explainNoGpu({ secure, api, browser }).length).toBeLessThan(500);
    }
  }
});
