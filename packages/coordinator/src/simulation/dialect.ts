import type { KernelVersion } from '@tabgrid/protocol/task';
import { isDialect, isVersionOf } from '@tabgrid/webgpu-kernels/task-kind';

/** Which version of a kernel a job is of whose bits are to be one and the same. Pure. */

/**
 * The kernel's own, unless those who are here compute nothing but dialects of it: then the one that most of them have.
 * @param offered kernels of everybody who is here
 */
export function versionFor({ kind, version }: KernelVersion, offered: readonly (readonly KernelVersion[])[]): string {
  const counts = new Map<string, number>();
  for (const one of offered.flat()) {
    if (one.kind === kind) counts.set(one.version, (counts.get(one.version) ?? 0) + 1);
  }
  const dialects = [...counts].filter(([one]) => isDialect(one, version)).sort(([, a], [, b]) => b - a);
  return counts.has(version) ? version : (dialects[0]?.[0] ?? version);
}

/** How many of those who are here compute other bits, in words; null for nobody. @param used the version that a job is of */
export function othersHere(
  own: KernelVersion,
  used: string,
  offered: readonly (readonly KernelVersion[])[],
): string | null {
  const other = offered.filter((kernels) =>
    kernels.some(({ kind, version }) => kind === own.kind && version !== used && isVersionOf(version, own.version)),
  ).length;
  if (other === 0) return null;
  const who = other === 1 ? 'One computer here has a GPU' : `${other} computers here have GPUs`;
  return `${who} whose driver computes other bits than this world’s, as a small world of known answer shows: no parts of it go there. A newer driver may help.`;
}
