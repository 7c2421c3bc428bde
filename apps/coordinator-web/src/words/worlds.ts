import { BUILTIN_WORLDS, type BuiltinWorldName } from '@tabgrid/assets/worlds/names';

/** The built-in worlds as people read of them. */
export const WORLD_WORDS: Readonly<Record<BuiltinWorldName, { readonly title: string; readonly about: string }>> = {
  pile: { title: 'Pile', about: 'Spheres and a few boxes fall into a tray and make a heap.' },
  clouds: { title: 'Clouds', about: 'Two clouds of spheres fly into each other, without gravity.' },
  dominoes: { title: 'Dominoes', about: 'The first domino of a spiral tips over, and takes the others along.' },
  stack: { title: 'Stack', about: 'Stacks of ten boxes stand, and should go on standing.' },
  pyramid: { title: 'Pyramid', about: 'A square pyramid of boxes settles under its own weight.' },
};

/** The built-in world that a form's value names, or null. */
export function worldOf(value: string): BuiltinWorldName | null {
  return BUILTIN_WORLDS.find((name) => name === value) ?? null;
}
