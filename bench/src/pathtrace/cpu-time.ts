import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processor time of this process and all that it started, ms; null off Linux. While others use the machine, wall time
 * says how busy they are as well.
 */
export function cpuTimeMs(): number | null {
  try {
    const times = new Map<number, { readonly parent: number; readonly ticks: number }>();
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const stat = statOf(name);
      if (stat) times.set(Number(name), stat);
    }
    let sum = 0;
    for (const [pid, { ticks }] of times) if (descends(pid, times)) sum += ticks;
    return sum * MS_A_TICK;
  } catch {
    return null;
  }
}

/** Linux counts in hundredths of a second, whatever its kernel's own rate (USER_HZ). */
const MS_A_TICK = 10;

function statOf(pid: string): { readonly parent: number; readonly ticks: number } | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // It ended meanwhile.
    return null;
  }
}

/** Fields 4, 14 and 15 of proc(5): the name before them stands in brackets and may hold anything. */
export function parseStat(text: string): { readonly parent: number; readonly ticks: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

function descends(pid: number, times: ReadonlyMap<number, { readonly parent: number }>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 0; at = times.get(at)?.parent) {
    if (at === process.pid) return true;
  }
  return false;
}
