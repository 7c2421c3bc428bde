/** Numbers as a person reads them. Always English digits and separators, so that a picture's page reads the same everywhere. */

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const KIB = 1024;

/** 1234567 → `1,234,567`. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** Three significant digits at most, without trailing zeros: 1.234 → `1.23`, 12.04 → `12`, 123.4 → `123`. */
function short(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** Bytes in binary units: 512 → `512 B`, 1_572_864 → `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < KIB) return `${WHOLE.format(bytes)} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / KIB;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= KIB;
    unit++;
  }
  return `${short(value)} ${units[unit] ?? ''}`;
}

/** Camera samples a second: 1_240_000 → `1.24 M/s`, 0 → `0/s`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 999.5e6) return `${short(perSecond / 1e9)} G/s`;
  if (perSecond >= 999.5e3) return `${short(perSecond / 1e6)} M/s`;
  if (perSecond >= 999.5) return `${short(perSecond / 1e3)} k/s`;
  return `${WHOLE.format(perSecond)}/s`;
}

/** A span of time: `0.8 s`, `42 s`, `3 min 5 s`, `2 h 4 min`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${short(Math.round(seconds * 10) / 10)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) {
    const rest = whole % 60;
    return rest === 0 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 60)} min ${rest} s`;
  }
  const minutes = Math.round(whole / 60);
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** A round trip: `0.4 ms`, `12 ms`. */
export function formatRoundTrip(ms: number): string {
  return ms < 10 ? `${short(Math.round(ms * 10) / 10)} ms` : `${Math.round(ms)} ms`;
}

/** A share as whole per cent; it says 100 only when nothing is left, and 0 only when nothing is done. */
export function percentOf(share: number): number {
  if (share >= 1) return 100;
  if (share <= 0) return 0;
  return Math.min(99, Math.max(1, Math.round(share * 100)));
}

/** `1 tile`, `2 tiles`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
