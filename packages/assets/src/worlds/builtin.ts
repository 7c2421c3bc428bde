import { AssetError } from '../asset-error.js';
import type { BuiltinWorld } from './builtin/builtin-world.js';
import { clouds } from './builtin/clouds.js';
import { dominoes } from './builtin/dominoes.js';
import { pile } from './builtin/pile.js';
import { pyramid } from './builtin/pyramid.js';
import { stack } from './builtin/stack.js';
import { checkWorld } from './check-world.js';
import { BUILTIN_BODIES, type BuiltinWorldName, MOST_BUILTIN_BODIES } from './names.js';

export type { BuiltinWorld, WorldCamera } from './builtin/builtin-world.js';

const MAKERS: Readonly<Record<BuiltinWorldName, (count: number) => BuiltinWorld>> = {
  pile,
  clouds,
  dominoes,
  stack,
  pyramid,
};

/**
 * A built-in world, the same every time for the same number of bodies. A pyramid has as many whole rows as the bodies allow,
 * and so may have fewer; the others have as many as asked for.
 * @throws AssetError for a number of bodies that cannot be
 */
export function builtinWorld(
  name: BuiltinWorldName,
  { bodies = BUILTIN_BODIES[name] }: { readonly bodies?: number } = {},
): BuiltinWorld {
  if (!Number.isInteger(bodies) || bodies < 1 || bodies > MOST_BUILTIN_BODIES) {
    throw new AssetError(
      `A built-in world can have 1 to ${MOST_BUILTIN_BODIES.toLocaleString('en')} bodies, not ${bodies.toLocaleString('en')}. Choose a number in between.`,
    );
  }
  const made = MAKERS[name](bodies);
  return { ...made, world: checkWorld(made.world) };
}
