import { describe, expect, it } from 'vitest';
import { supportOf } from './support.js';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const here = { isSecureContext: true, hasGpu: false, userAgent: CHROME, href: 'https://grid.example/peer/#room=x' };

describe('support', () => {
  it('is there with WebGPU in a secure context', () => {
    expect(supportOf({ ...here, hasGpu: true })).toEqual({ kind: 'ready' });
  });

  it('names the insecure context first, for that is why WebGPU is missing', () => {
    expect(supportOf({ ...here, isSecureContext: false, href: 'http://192.168.1.2:8080/peer/#room=x' })).toEqual({
      kind: 'insecure',
      secureUrl: 'https://192.168.1.2:8080/peer/#room=x',
    });
  });

  it.each([
    [CHROME, 'This Chromium browser', 'Settings → System'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
      'This Chromium browser on Linux',
      'enable-vulkan',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36',
      'This browser on Android',
      'Chrome 121',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'This Firefox', 'dom.webgpu.enabled'],
    [
      'Mozilla/5.0 (Android 14; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0',
      'Firefox on Android',
      'Chrome for Android',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.3 Safari/605.1.15',
      'This Safari',
      'Feature Flags',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 CriOS/124.0 Mobile Safari/604.1',
      'Browsers on this iOS version',
      'iOS 26',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile Safari/604.1',
      'This browser on iOS',
      'Feature Flags',
    ],
    ['Lynx/2.9', 'This browser', 'current Chrome'],
  ])('%s', (userAgent, browser, word) => {
    const support = supportOf({ ...here, userAgent });
    expect(support).toMatchObject({ kind: 'noWebGpu', browser });
    expect(support.kind === 'noWebGpu' && support.steps.join(' ')).toContain(word);
  });
});
