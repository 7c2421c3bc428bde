import type { BuiltinScene } from '@tabgrid/coordinator/api';

/** What a person reads of the built-in scenes before choosing one. */
export interface BuiltinWords {
  readonly name: BuiltinScene;
  readonly title: string;
  readonly about: string;
}

export const BUILTIN_SCENES: readonly BuiltinWords[] = [
  { name: 'cornell', title: 'Cornell box', about: 'Two boxes, coloured walls, one lamp' },
  { name: 'spheres', title: 'Spheres', about: 'A grid of materials, rough to mirror' },
  { name: 'bunny', title: 'Bunny', about: 'The Stanford bunny in a lit room' },
];

/** The built-in scene that a form's value names, or null. */
export function builtinOf(value: string): BuiltinScene | null {
  return BUILTIN_SCENES.find((scene) => scene.name === value)?.name ?? null;
}

/** A scene's or a job's name for people: a built-in scene's title, any other name (a file's) as it is. */
export function titleOf(name: string): string {
  return BUILTIN_SCENES.find((scene) => scene.name === name)?.title ?? name;
}
