import type { VolunteerView } from '@tabgrid/scheduler/oracle';

/** What two volunteers may have in common that makes them leave together. Bit i of a set of bonds is `BONDS[i]`. */
export const BONDS = ['network', 'owner', 'region', 'provider', 'adapter class', 'joined together'] as const;

/** Who came together may go together: a class, a team, a script. */
const TOGETHER_MS = 30_000;

/** The bonds of two volunteers, as bits. What nobody knows is no bond. */
export function bondsOf(a: VolunteerView, b: VolunteerView): number {
  const [x, y] = [a.capabilities.adapter, b.capabilities.adapter];
  const shared = [
    same(a.origin.network, b.origin.network),
    same(a.origin.owner, b.origin.owner),
    same(a.origin.region, b.origin.region),
    same(a.origin.provider, b.origin.provider),
    x.vendor !== '' && x.vendor === y.vendor && x.architecture === y.architecture && x.browser === y.browser,
    Math.abs(a.now - a.ageMs - (b.now - b.ageMs)) <= TOGETHER_MS,
  ];
  return shared.reduce((bits, is, i) => (is ? bits | (1 << i) : bits), 0);
}

function same(x: string | null, y: string | null): boolean {
  return x !== null && x !== '' && x === y;
}
