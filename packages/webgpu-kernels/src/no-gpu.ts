/** Why there is no WebGPU here, and what a person can do about it. */

export interface GpuSurroundings {
  /** `isSecureContext`. */
  readonly secure: boolean;
  /** Whether `navigator.gpu` exists. */
  readonly api: boolean;
  /** Browser family and major version as in an adapter class (`chromium-156`), or a user agent string. */
  readonly browser: string;
}

/** A text for people. Pure. */
export function explainNoGpu({ secure, api, browser }: GpuSurroundings): string {
  if (!secure) {
    return 'This page was opened over plain http, where browsers offer no WebGPU. Open it over https, or on the computer itself as http://localhost.';
  }
  const family = browserFamily(browser);
  if (api) return `${NO_ADAPTER[family]} Until then this computer cannot lend its GPU.`;
  return NO_API[family];
}

type Family = 'chromium' | 'firefox' | 'safari' | 'other';

/** Chromium's own name stands in Edge's and Chrome's user agents, Safari's in all of them. */
export function browserFamily(browser: string): Family {
  const name = browser.toLowerCase();
  if (/firefox|fxios/.test(name)) return 'firefox';
  if (/chrom|edg|crios|opr|opera|brave|samsung/.test(name)) return 'chromium';
  if (/safari|applewebkit/.test(name)) return 'safari';
  return 'other';
}

const NO_API: Record<Family, string> = {
  chromium:
    'This Chrome or Edge has WebGPU switched off or is too old. Update it to version 113 or later (Android: 121), and on Linux start it with --enable-unsafe-webgpu --enable-features=Vulkan.',
  firefox:
    'This Firefox has no WebGPU switched on. Update it (Windows: 141 or later, macOS: 145 or later), or open about:config and set dom.webgpu.enabled to true.',
  safari:
    'This Safari has no WebGPU. Update to Safari 26 (macOS, iOS or iPadOS 26), or on macOS switch WebGPU on in Safari’s feature flags.',
  other: 'This browser has no WebGPU. A recent Chrome, Edge, Firefox or Safari has it.',
};

const NO_ADAPTER: Record<Family, string> = {
  chromium:
    'WebGPU is there, but the browser offers no GPU for it. Look at chrome://gpu, switch hardware acceleration on under Settings › System, and update the graphics driver.',
  firefox:
    'WebGPU is there, but Firefox offers no GPU for it. Look at about:support under Graphics, and update the graphics driver.',
  safari:
    'WebGPU is there, but Safari offers no GPU for it. Close other tabs that use the GPU and open this page again.',
  other: 'WebGPU is there, but the browser offers no GPU for it. Update the graphics driver, or try another browser.',
};
