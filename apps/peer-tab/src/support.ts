/** Whether this browser can lend at all, told without touching the GPU. */
export type Support =
  | { readonly kind: 'ready' }
  /** Served over plain HTTP from another machine: the browser hides WebGPU and WebCrypto from such pages. */
  | { readonly kind: 'insecure'; readonly secureUrl: string }
  | { readonly kind: 'noWebGpu'; readonly browser: string; readonly steps: readonly string[] };

/** What is looked at; all of it the page's own objects, handed in. */
export interface Surroundings {
  readonly isSecureContext: boolean;
  readonly hasGpu: boolean;
  readonly userAgent: string;
  readonly href: string;
}

export function supportOf(page: Surroundings): Support {
  if (!page.isSecureContext) return { kind: 'insecure', secureUrl: page.href.replace(/^http:/, 'https:') };
  if (page.hasGpu) return { kind: 'ready' };
  return { kind: 'noWebGpu', ...adviceFor(page.userAgent) };
}

/** How to turn WebGPU on, browser by browser. The order matters: most browsers also name another one in their string. */
const ADVICE: readonly (readonly [pattern: RegExp, browser: string, steps: readonly string[]])[] = [
  [
    /(?:iPhone|iPad|iPod).*OS (?:[1-9]|1\d|2[0-5])[_.]/,
    'Browsers on this iOS version',
    ['Update to iOS 26 or newer: every browser on iOS uses its WebGPU.', 'Then open this page again.'],
  ],
  [
    /iPhone|iPad|iPod/,
    'This browser on iOS',
    ['Open Settings → Apps → Safari → Advanced → Feature Flags and switch WebGPU on.', 'Then open this page again.'],
  ],
  [
    /Android.*Firefox\//,
    'Firefox on Android',
    ['Open this page in Chrome for Android 121 or newer: there WebGPU is on without any setting.'],
  ],
  [
    /Firefox\//,
    'This Firefox',
    [
      'Update Firefox: on Windows WebGPU is on since version 141, on Macs with Apple chips since 145.',
      'Elsewhere, open about:config, search for dom.webgpu.enabled and switch it to true.',
      'Restart Firefox and open this page again.',
    ],
  ],
  [
    /Android.*Chrome\//,
    'This browser on Android',
    [
      'Update the browser: WebGPU needs Chrome 121 or newer and Android 12 or newer.',
      'If it is new enough, open chrome://flags/#enable-unsafe-webgpu, choose Enabled, and relaunch.',
    ],
  ],
  [
    /Linux.*Chrom(?:e|ium)\//,
    'This Chromium browser on Linux',
    [
      'Open chrome://flags/#enable-unsafe-webgpu and choose Enabled.',
      'Open chrome://flags/#enable-vulkan and choose Enabled too.',
      'Relaunch the browser and open this page again. chrome://gpu tells whether WebGPU is on.',
    ],
  ],
  [
    /Chrom(?:e|ium)\//,
    'This Chromium browser',
    [
      'Update it: WebGPU is on since version 113.',
      'Open Settings → System and switch “Use graphics acceleration when available” on.',
      'Relaunch the browser and open this page again. chrome://gpu tells whether WebGPU is on.',
    ],
  ],
  [
    /Version\/.*Safari\//,
    'This Safari',
    [
      'Update macOS: in Safari 26 WebGPU is on without any setting.',
      'In Safari 18, open Settings → Advanced → “Show features for web developers”, then Feature Flags → WebGPU.',
    ],
  ],
];

function adviceFor(userAgent: string): { readonly browser: string; readonly steps: readonly string[] } {
  const found = ADVICE.find(([pattern]) => pattern.test(userAgent));
  return found
    ? { browser: found[1], steps: found[2] }
    : { browser: 'This browser', steps: ['Open this page in a current Chrome, Edge, Firefox or Safari.'] };
}
