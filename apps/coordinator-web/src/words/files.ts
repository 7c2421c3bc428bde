/** What a person dropped: which file is the scene, which belong to it, which is the light. Pure over names. */

export interface NamedFile {
  readonly name: string;
}

export interface Sorted<F extends NamedFile> {
  readonly scene: F | null;
  /** The .bin and image files beside a .gltf. */
  readonly resources: readonly F[];
  readonly environment: F | null;
  /** What could not be used, in words for a person; null when all of it found a use. */
  readonly problem: string | null;
}

const extension = (file: NamedFile): string => /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';

const RESOURCES = new Set(['bin', 'png', 'jpg', 'jpeg', 'webp', 'ktx2']);

/** Sorts dropped files by their names' endings. */
export function sortFiles<F extends NamedFile>(files: readonly F[]): Sorted<F> {
  const scenes = files.filter((f) => ['glb', 'gltf'].includes(extension(f)));
  const lights = files.filter((f) => extension(f) === 'hdr');
  const resources = files.filter((f) => RESOURCES.has(extension(f)));
  const strangers = files.filter((f) => ![...scenes, ...lights, ...resources].includes(f));
  const sorted = { scene: scenes[0] ?? null, resources, environment: lights[0] ?? null };
  return { ...sorted, problem: problemWith(scenes, lights, resources, strangers) };
}

function problemWith(
  scenes: readonly NamedFile[],
  lights: readonly NamedFile[],
  resources: readonly NamedFile[],
  strangers: readonly NamedFile[],
): string | null {
  if (scenes.length > 1) return `These are ${scenes.length} scenes. Drop one .glb or .gltf at a time.`;
  if (lights.length > 1) return `These are ${lights.length} environments. Drop one .hdr at a time.`;
  const [stranger] = strangers;
  if (stranger !== undefined) {
    return `“${stranger.name}” is neither a scene (.glb, .gltf with its .bin and images) nor an environment (.hdr).`;
  }
  if (scenes.length === 0 && resources.length > 0) {
    return 'These files belong to a .gltf. Drop them together with it.';
  }
  return null;
}
