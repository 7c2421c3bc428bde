import { builtinWorld } from '@tabgrid/assets/worlds/builtin';
import type { PreparedWorld } from '@tabgrid/coordinator/simulation/api';
import { useEffect, useState } from 'preact/hooks';
import type { Page } from '../page.js';

/** More bodies than this take a moment to place: such a world is seen when it is simulated. */
const MOST_BODIES = 10_000;

/** For whoever is still typing. */
const PAUSE_MS = 200;

/** The built-in world that the settings name, as it begins; null for a file, for very many bodies, and for a number that cannot be. */
export function usePreview(page: Page): PreparedWorld | null {
  const { world: name, bodies } = page.simulation.value;
  const known = page.worldFile.value === null && page.simulationProblems.value.bodies === undefined;
  const count = bodies.trim() === '' ? null : Number(bodies);
  const wanted = known && (count === null || count <= MOST_BODIES) ? `${name} ${count ?? ''}` : null;
  const [made, setMade] = useState<{ readonly of: string; readonly world: PreparedWorld } | null>(null);
  useEffect(() => {
    if (wanted === null || made?.of === wanted) return;
    const make = () => {
      const { title, world, camera } = builtinWorld(name, count === null ? {} : { bodies: count });
      setMade({ of: wanted, world: { title, world, camera, warnings: [] } });
    };
    if (made === null) return make();
    const timer = setTimeout(make, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted, made, name, count]);
  return wanted === null ? null : (made?.world ?? null);
}
