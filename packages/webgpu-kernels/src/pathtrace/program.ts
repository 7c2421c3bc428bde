import { MIN_ALPHA } from './energy.js';
import { ALBEDO_SIDE, MATERIAL_WORDS, MATERIALS_AT, SRGB_WORDS, sceneBytes, TEXTURE_WORDS } from './layout.js';
import type { PathtraceParams } from './task.js';
import { BSDF } from './wgsl/bsdf.wgsl.js';
import { CONSTANT_ENVIRONMENT, MAP_ENVIRONMENT } from './wgsl/environment.wgsl.js';
import { FILM } from './wgsl/film.wgsl.js';
import { FACTORS, TEXTURES } from './wgsl/material.wgsl.js';
import { MATH } from './wgsl/math.wgsl.js';
import { PATH, type Strategy } from './wgsl/path.wgsl.js';
import { RANDOM } from './wgsl/random.wgsl.js';
import { scene } from './wgsl/scene.wgsl.js';
import { ALL_SOLID, ALPHA, TRAVERSAL } from './wgsl/traversal.wgsl.js';

/** One WGSL program, made for what a scene and its environment use. */
export interface Program {
  /** Equal keys, equal code. */
  readonly key: string;
  readonly wgsl: string;
  readonly textures: boolean;
  readonly map: boolean;
}

export function programFor(params: Pick<PathtraceParams, 'scene' | 'environment'>, strategy: Strategy): Program {
  const { environment } = params;
  const map = environment.kind === 'map' && environment.luminance > 0;
  const environmentTexels = environment.kind === 'map' ? environment.width * environment.height : 0;
  const walk = sceneCode(params.scene);
  const key = ['pathtrace', strategy, walk.key, map ? `map${environmentTexels}` : 'constant'].join(' ');
  const wgsl = [
    walk.wgsl,
    BSDF(MIN_ALPHA),
    map ? MAP_ENVIRONMENT(environmentTexels) : CONSTANT_ENVIRONMENT,
    FILM,
    PATH({ lights: params.scene.counts.lights > 0, map, strategy }),
  ].join('\n');
  return { key, wgsl, textures: walk.textures, map };
}

/** What every program that walks a scene begins with: bindings, random numbers, materials at a point, rays against the tree. */
export function sceneCode({ counts, alpha, stack }: PathtraceParams['scene']): Omit<Program, 'map'> {
  const textures = counts.textures > 0;
  const texturesAt = MATERIALS_AT + MATERIAL_WORDS * counts.materials;
  const shape = {
    nodes: counts.nodes,
    triangles: counts.triangles,
    lights: counts.lights,
    tableWords: sceneBytes(counts).tables / 4,
    materialsAt: MATERIALS_AT,
    texturesAt,
    lightsAt: texturesAt + TEXTURE_WORDS * counts.textures,
    albedoAt: SRGB_WORDS,
    albedoSide: ALBEDO_SIDE,
    stack,
  };
  const key = [
    ...[counts.nodes, counts.triangles, counts.materials, counts.textures, counts.lights, counts.texels],
    stack,
    alpha ? 'alpha' : 'solid',
  ].join(' ');
  const wgsl = [
    scene(shape),
    RANDOM,
    MATH,
    textures ? TEXTURES(counts.texels) : FACTORS,
    alpha ? ALPHA : ALL_SOLID,
    TRAVERSAL,
  ].join('\n');
  return { key, wgsl, textures };
}
