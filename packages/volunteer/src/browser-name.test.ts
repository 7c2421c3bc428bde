import { expect, it } from 'vitest';
import { browserName } from './browser-name.js';

it.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    'chromium-156',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
    'chromium-141',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'firefox-145'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
    'safari-26',
  ],
  ['', 'unknown-0'],
])('%s', (userAgent, name) => {
  expect(browserName({ userAgent })).toBe(name);
});

it('believes client hints first', () => {
  const brands = [
    { brand: 'Not A;Brand', version: '99' },
    { brand: 'Chromium', version: '157' },
  ];
  expect(browserName({ userAgent: 'Chrome/1', userAgentData: { brands } })).toBe('chromium-157');
});
