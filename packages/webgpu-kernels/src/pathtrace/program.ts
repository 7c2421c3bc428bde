import { MIN_ALPHA } from './energy.js';
import { ALBEDO_SIDE, GLASS_SIDE, SHEEN_SIDE, shadingLayout, tableLayout } from './layout.js';
import { LEAST_ROUGHNESS } from './sheen.js';
import type { PathtraceParams } from './task.js';
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
  /** Equal keys, equal code. */
  readonly key: string;
  readonly wgsl: string;
  readonly textures: boolean;
  readonly map: boolean;
}

type Made = Pick<PathtraceParams, 'scene' | 'environment' | 'camera' | 'clamp'>;

export function programFor(params: Made, strategy: Strategy): Program {
  const { counts, alpha, stack, features } = params.scene;
  const { environment } = params;
  const map = environment.kind === 'map' && environment.luminance > 0;
  const textures = counts.textures > 0;
  const environmentTexels = environment.kind === 'map' ? environment.width * environment.height : 0;
  const table = tableLayout(counts, features);
  const shading = shadingLayout(features);
  const lights = { triangles: counts.lights > 0, punctual: counts.punctual > 0, map };
  const normalMaps = textures && features.includes('normalMaps');
  // A map without textures cannot be.
  const used = normalMaps ? features : features.filter((feature) => feature !== 'normalMaps');
  const projection = projectionOf(params.camera);
  const clamped = params.clamp !== undefined;
  const path = {
    ...lights,
    strategy,
    unlit: used.includes('unlit'),
    transmission: used.includes('transmission'),
    clamped,
  };
  const key = [
    'pathtrace',
    strategy,
    ...Object.values(counts),
    stack,
    ...used,
    alpha ? 'alpha' : 'solid',
    map ? `map${environmentTexels}` : 'constant',
    projection,
    clamped ? 'clamped' : 'free',
  ].join(' ');
  const shape = {
    nodes: counts.nodes,
    triangles: counts.triangles,
    lights: counts.lights + counts.punctual,
    table,
    shading,
    albedoSide: ALBEDO_SIDE,
    stack,
  };
  const sides = { sheen: SHEEN_SIDE, leastSheen: LEAST_ROUGHNESS, glass: GLASS_SIDE };
  const wgsl = [
    scene(shape),
    RANDOM,
    MATH,
    CAMERA(projection),
    textures ? TEXTURES(counts.texels, used) : '',
    materialInputs(used, textures),
    BASE_COLOUR(shading.colors),
    normalMaps ? NORMAL_MAPS(shading) : '',
    HIT(normalMaps),
    alpha ? ALPHA : ALL_SOLID,
    TRAVERSAL,
    BSDF(MIN_ALPHA, hasLobes(used)),
    layers(used, table, sides),
    map ? MAP_ENVIRONMENT(environmentTexels) : CONSTANT_ENVIRONMENT,
    lights.triangles || lights.punctual || map ? LIGHTS(lights) : '',
    FILM,
    PATH(path),
  ].join('\n');
  return { key, wgsl, textures, map };
}

function projectionOf({ orthographicHeight, lens }: PathtraceParams['camera']): Projection {
  if (orthographicHeight !== undefined) return 'orthographic';
  return lens && lens.radius > 0 ? 'lens' : 'pinhole';
}
