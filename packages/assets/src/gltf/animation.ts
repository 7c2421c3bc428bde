import { AssetError } from '../asset-error.js';
import type { Accessors } from './accessor.js';
import { broken } from './broken.js';
import { sampleTrack, type Track } from './keyframes.js';
import type { NodePose, Pose } from './pose.js';
import type { GltfAnimation, GltfJson } from './schema.js';

/** The animation that plays, or would. */
export interface AnimationInfo {
  readonly name: string;
  /** When its last key is. */
  readonly seconds: number;
}

export interface AnimationChoice {
  /** Seconds; null for the rest pose. */
  readonly time: number | null;
  /** Null for the first. */
  readonly name: string | null;
}

export interface PosedAnimation {
  /** Null where the file has none. */
  readonly animation: AnimationInfo | null;
  readonly pose: Pose;
}

interface AnimationDeps {
  readonly json: GltfJson;
  readonly accessors: Accessors;
  warn(warning: string): void;
}

/**
 * The pose at a time: that of the file's first animation, or of the one named. Before its first key and after its last
 * it stands still.
 * @throws AssetError where there is none of that name, or the data does not fit
 */
export function poseAt(deps: AnimationDeps, { time, name }: AnimationChoice): PosedAnimation {
  const { animations } = deps.json;
  const index = name === null ? 0 : animations.findIndex((animation, i) => nameOf(animation, i) === name);
  const chosen = animations[index];
  if (name !== null && !chosen) throw unknownAnimation(animations, name);
  if (!chosen) {
    if (time !== null) deps.warn('The model has no animation: it looks the same at any time.');
    return { animation: null, pose: new Map() };
  }
  const channels = readChannels(deps, chosen, time !== null);
  const seconds = channels.reduce((latest, { track }) => Math.max(latest, track.times.at(-1) ?? 0), 0);
  const animation = { name: nameOf(chosen, index), seconds };
  if (time === null) {
    deps.warn('Animations are not played: the model is rendered in its rest pose.');
    return { animation, pose: new Map() };
  }
  if (name === null && animations.length > 1) {
    deps.warn(`Of the model’s ${animations.length} animations the first is played, "${animation.name}".`);
  }
  const pose = new Map<number, NodePose>();
  for (const { node, path, track } of channels) {
    const value = sampleTrack(track, time);
    pose.set(node, { ...pose.get(node), [path]: path === 'weights' ? [...value] : value });
  }
  return { animation, pose };
}

function nameOf({ name }: GltfAnimation, index: number): string {
  return name || `animation ${index + 1}`;
}

function unknownAnimation(animations: readonly GltfAnimation[], name: string): AssetError {
  const names = animations.map((animation, i) => `"${nameOf(animation, i)}"`).slice(0, 20);
  return new AssetError(
    `The model has no animation named "${name}". It has ${names.join(', ') || 'none'}: choose one of them.`,
  );
}

interface Channel {
  readonly node: number;
  readonly path: keyof NodePose;
  readonly track: Track;
}

/** Components of what a path moves; weights have as many as the mesh has morph targets. */
const PATH_SIZES = { translation: 3, rotation: 4, scale: 3, weights: null } as const;

function isPath(path: string): path is keyof NodePose {
  return path in PATH_SIZES;
}

function readChannels(deps: AnimationDeps, animation: GltfAnimation, played: boolean): Channel[] {
  const warn = (warning: string) => (played ? deps.warn(warning) : undefined);
  const ascending = new Set<number>();
  return animation.channels.flatMap(({ sampler, target }): Channel[] => {
    const node = deps.json.nodes[target.node ?? -1];
    const keys = animation.samplers[sampler];
    if (!isPath(target.path))
      warn('Only nodes and morph targets are animated; what else the animation moves stands still.');
    if (!node || target.node === undefined || !keys || !isPath(target.path)) return [];
    if (node.matrix && target.path !== 'weights') {
      warn('An animated node is placed by a matrix: it stands still.');
      return [];
    }
    return [{ node: target.node, path: target.path, track: readTrack(deps, keys, target.path, node.mesh, ascending) }];
  });
}

function readTrack(
  { json, accessors }: AnimationDeps,
  keys: GltfAnimation['samplers'][number],
  path: keyof NodePose,
  mesh: number | undefined,
  ascending: Set<number>,
): Track {
  const times = accessors.floats(keys.input, 1);
  if (!ascending.has(keys.input)) checkTimes(times);
  ascending.add(keys.input);
  const targets = json.meshes[mesh ?? -1]?.primitives[0]?.targets.length ?? 0;
  const size = PATH_SIZES[path] ?? targets;
  const values = accessors.floats(keys.output, PATH_SIZES[path] ?? 1);
  const { interpolation } = keys;
  const wanted = times.length * size * (interpolation === 'CUBICSPLINE' ? 3 : 1);
  if (times.length === 0 || values.length !== wanted) {
    throw broken(`an animation of ${times.length} keys has ${values.length} values instead of ${wanted}`);
  }
  return { times, values, size, interpolation, rotation: path === 'rotation' };
}

function checkTimes(times: Float32Array): void {
  for (let i = 0; i < times.length; i++) {
    if (!Number.isFinite(times[i]) || (times[i] ?? 0) < (times[i - 1] ?? -Infinity)) {
      throw broken('the times of an animation do not ascend');
    }
  }
}
