/** What a response is, as far as its headers go. */
export type ResponseKind =
  /** A page that people open; nobody may frame it. */
  | 'page'
  /** The embed's iframe: any site may frame it. */
  | 'frame'
  /** A file whose name holds a hash of its content: it never changes. */
  | 'asset'
  /** The embed script at its plain address: it changes with releases. */
  | 'embed'
  /** The embed script at its versioned address, to be named with an integrity hash: it never changes. */
  | 'embedVersion'
  /** Anything else, such as an icon. */
  | 'file';

const HOUR_S = 3600;
const YEAR_S = 365 * 24 * HOUR_S;

const CACHE: Readonly<Record<ResponseKind, string>> = {
  page: 'no-cache',
  frame: 'no-cache',
  asset: `public, max-age=${YEAR_S}, immutable`,
  embed: `public, max-age=${HOUR_S}`,
  embedVersion: `public, max-age=${YEAR_S}, immutable`,
  file: `public, max-age=${HOUR_S}`,
};

/** Features that no page here uses, so that nothing that slips in can use them either. */
const PERMISSIONS = ['camera', 'microphone', 'geolocation', 'payment', 'usb', 'midi', 'display-capture'];

/** A Host header that may be written into another header. */
const HOST = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * The Content-Security-Policy of everything that this server serves: scripts, styles and connections of its own origin
 * only. Workers get it too, because a Worker's policy comes with its script.
 * @param hosts where the signaling socket may be, as `host[:port]`; `'self'` does not cover ws: in every browser
 */
export function contentSecurityPolicy(kind: ResponseKind, hosts: readonly string[]): string {
  const sockets = hosts.filter((host) => HOST.test(host)).flatMap((host) => [`ws://${host}`, `wss://${host}`]);
  const lines = [
    "default-src 'none'",
    // The Worker that trains compiles WebAssembly; pages need not, and a Worker's policy is that of its own script.
    kind === 'asset' ? "script-src 'self' 'wasm-unsafe-eval'" : "script-src 'self'",
    "worker-src 'self' blob:",
    `connect-src ${["'self'", ...new Set(sockets)].join(' ')}`,
    "img-src 'self' data: blob:",
    "style-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  // Without the directive any page may be the parent; '*' would leave out those that are not on the web.
  if (kind !== 'frame') lines.push("frame-ancestors 'none'");
  return lines.join('; ');
}

/** The headers of a response of this kind, but for its length, type and encoding. */
export function headersFor(kind: ResponseKind, hosts: readonly string[]): Readonly<Record<string, string>> {
  const embed = kind === 'embed' || kind === 'embedVersion';
  return {
    'cache-control': CACHE[kind],
    'content-security-policy': contentSecurityPolicy(kind, hosts),
    'x-content-type-options': 'nosniff',
    // The join link's room stands after the #, which no referrer carries; this keeps the rest private as well.
    'referrer-policy': 'no-referrer',
    'permissions-policy': PERMISSIONS.map((feature) => `${feature}=()`).join(', '),
    'cross-origin-resource-policy': embed || kind === 'frame' ? 'cross-origin' : 'same-origin',
    ...(embed ? { 'access-control-allow-origin': '*' } : {}),
    ...(kind === 'frame' ? {} : { 'x-frame-options': 'DENY' }),
    ...(kind === 'page' ? { 'cross-origin-opener-policy': 'same-origin' } : {}),
  };
}
