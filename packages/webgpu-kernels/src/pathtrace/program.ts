import { MIN_ALPHA } from './energy.js';
import {
  ALBEDO_SIDE,
  type Feature,
  GLASS_SIDE,
  type SceneCounts,
  SHEEN_SIDE,
  shadingLayout,
  tableLayout,
  vertexLayout,
} from './layout.js';
import { LEAST_ROUGHNESS } from './sheen.js';
import type { PathtraceParams } from './task.js';
import { BASE, type Variant } from './variants.js';
import { BSDF } from './wgsl/bsdf.wgsl.js';
import { CAMERA, type Projection } from './wgsl/camera.wgsl.js';
import { CONSTANT_ENVIRONMENT, MAP_ENVIRONMENT } from './wgsl/environment.wgsl.js';
import { FILM } from './wgsl/film.wgsl.js';
import { HIT } from './wgsl/hit.wgsl.js';
import { hasLobes, layers } from './wgsl/layers.wgsl.js';
import { LIGHTS } from './wgsl/light.wgsl.js';
import { BASE_COLOUR, materialInputs, TEXTURES } from './wgsl/material.wgsl.js';
import { MATH } from './wgsl/math.wgsl.js';
import { NORMAL_MAPS } from './wgsl/normal-map.wgsl.js';
import { PATH, type Strategy } from './wgsl/path.wgsl.js';
import { RANDOM } from './wgsl/random.wgsl.js';
import { scene } from './wgsl/scene.wgsl.js';
import { ALL_SOLID, ALPHA, TRAVERSAL } from './wgsl/traversal.wgsl.js';

/** One WGSL program, made for what a scene, its environment and its camera use. */
export interface Program {
  /** Equal keys, equal code but for the variant. */
  readonly form: string;
  /** Equal keys, equal code. */
  readonly key: string;
  readonly wgsl: string;
  readonly textures: boolean;
  readonly map: boolean;
  readonly instances: boolean;
}

type Made = Pick<PathtraceParams, 'scene' | 'environment' | 'camera' | 'clamp'>;

export function programFor(params: Made, strategy: Strategy, variant: Variant = BASE): Program {
  const { counts } = params.scene;
  const { environment } = params;
  const map = environment.kind === 'map' && environment.luminance > 0;
  const environmentTexels = environment.kind === 'map' ? environment.width * environment.height : 0;
  const lights = { triangles: counts.lights > 0, punctual: counts.punctual > 0, map };
  const walk = sceneCode(params, variant);
  const features = featuresOf(params.scene);
  const clamped = params.clamp !== undefined;
  const path = {
    ...lights,
    strategy,
    unlit: features.includes('unlit'),
    transmission: features.includes('transmission'),
    clamped,
    variant,
  };
  const form = [
    'pathtrace',
    strategy,
    walk.key,
    map ? `map${environmentTexels}` : 'constant',
    clamped ? 'clamped' : 'free',
  ].join(' ');
  const sides = { sheen: SHEEN_SIDE, leastSheen: LEAST_ROUGHNESS, glass: GLASS_SIDE };
  const wgsl = [
    walk.wgsl,
    BSDF(MIN_ALPHA, hasLobes(features)),
    layers(features, tableLayout(counts, params.scene.features), sides),
    map ? MAP_ENVIRONMENT(environmentTexels) : CONSTANT_ENVIRONMENT,
    lights.triangles || lights.punctual || map ? LIGHTS(lights) : '',
    FILM,
    PATH(path),
  ].join('\n');
  return { ...walk, form, key: `${form} ${variant.name}`, wgsl, map };
}

/**
 * What every program that walks a scene begins with: bindings, random numbers, camera rays, materials and normals at a
 * point, rays against the tree.
 */
export function sceneCode(
  { scene: manifest, camera }: Pick<PathtraceParams, 'scene' | 'camera'>,
  variant: Variant = BASE,
): Omit<Program, 'map' | 'form'> {
  const { counts, alpha, stack } = manifest;
  const textures = counts.textures > 0;
  const features = featuresOf(manifest);
  const { instances, upperNodes, vertices } = counts;
  const corners = shadingLayout(manifest.features);
  const shading = vertices === undefined ? corners : vertexLayout(corners);
  const upper = instances !== undefined && upperNodes !== undefined ? { instances, nodes: upperNodes } : null;
  const normalMaps = features.includes('normalMaps');
  const projection = projectionOf(camera);
  const key = [...countsKey(counts), stack, ...manifest.features, alpha ? 'alpha' : 'solid', projection].join(' ');
  const wgsl = [
    scene({
      nodes: counts.nodes,
      triangles: counts.triangles,
      vertices: vertices ?? null,
      upper,
      shining: counts.lights,
      lights: counts.lights + counts.punctual,
      table: tableLayout(counts, manifest.features),
      shading,
      albedoSide: ALBEDO_SIDE,
      stack,
    }),
    RANDOM,
    MATH,
    CAMERA(projection),
    textures ? TEXTURES(counts.texels, features) : '',
    materialInputs(features, textures),
    BASE_COLOUR(shading.colors),
    normalMaps ? NORMAL_MAPS(shading) : '',
    HIT(normalMaps),
    alpha ? ALPHA : ALL_SOLID,
    TRAVERSAL({ instanced: upper !== null, indexed: vertices !== undefined, alpha, variant }),
  ].join('\n');
  return { key, wgsl, textures, instances: upper !== null };
}

function countsKey(counts: SceneCounts): readonly string[] {
  return Object.entries(counts).map(([name, count]) => `${name}${count}`);
}

/** A normal map without textures cannot be. */
function featuresOf({ counts, features }: PathtraceParams['scene']): readonly Feature[] {
  return counts.textures > 0 ? features : features.filter((feature) => feature !== 'normalMaps');
}

function projectionOf({ orthographicHeight, lens }: PathtraceParams['camera']): Projection {
  if (orthographicHeight !== undefined) return 'orthographic';
  return lens && lens.radius > 0 ? 'lens' : 'pinhole';
}
