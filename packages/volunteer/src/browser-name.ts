/** What a browser says of itself: the brands of user-agent client hints where it has them, else the old string. */
export interface BrowserHints {
  readonly userAgent: string;
  readonly userAgentData?: { readonly brands: readonly { readonly brand: string; readonly version: string }[] };
}

/** Engines in the order of asking: others put "Chrome" or "Safari" into their strings too. */
const BY_STRING: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['firefox', /Firefox\/(\d+)/],
  ['chromium', /Chrom(?:e|ium)\/(\d+)/],
  ['safari', /Version\/(\d+)[.\d]* .*Safari/],
];

/**
 * Browser family and major version, such as `chromium-156`: part of an adapter class. Edge, Opera and Chrome are one
 * family, for they share their WebGPU code; `unknown-0` when the string tells nothing.
 */
export function browserName(hints: BrowserHints): string {
  const brand = hints.userAgentData?.brands.find(({ brand }) => brand === 'Chromium');
  if (brand) return `chromium-${Number.parseInt(brand.version, 10) || 0}`;
  for (const [family, pattern] of BY_STRING) {
    const major = pattern.exec(hints.userAgent)?.[1];
    if (major !== undefined) return `${family}-${major}`;
  }
  return 'unknown-0';
}
