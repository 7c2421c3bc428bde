import { MATERIAL_WORDS, type ShadingLayout, TEXTURE_WORDS, type tableLayout } from '../layout.js';

/** What of a scene the program is made for: arrays of a fixed size are faster, and what is not there is not compiled. */
export interface SceneShape {
  readonly nodes: number;
  readonly triangles: number;
  /** Triangles that shine: the first of the lights. */
  readonly shining: number;
  /** With the punctual lights. */
  readonly lights: number;
  readonly table: ReturnType<typeof tableLayout>;
  readonly shading: ShadingLayout;
  readonly albedoSide: number;
  readonly stack: number;
}

/** Bindings and constants. Layouts: ../layout.ts. */
export const scene = (shape: SceneShape) => /* wgsl */ `
const STACK = ${shape.stack}u;
const MATERIALS_AT = ${shape.table.materials}u;
const TEXTURES_AT = ${shape.table.textures}u;
const TEXTURE_WORDS = ${TEXTURE_WORDS}u;
const LIGHTS_AT = ${shape.table.lights}u;
const LIGHTS = ${shape.lights}u;
const SHINING = ${shape.shining}u;
const PUNCTUAL_AT = ${shape.table.punctual}u;
const ALBEDO_AT = ${shape.table.albedo}u;
const SHADING_WORDS = ${shape.shading.words}u;
const ALBEDO_SIDE = ${shape.albedoSide}u;

struct Task {
  position: vec3f,
  // Chance that a light sample goes to the environment.
  environmentShare: f32,
  // Right and up are scaled to the film's edges.
  right: vec3f,
  environmentScale: f32,
  up: vec3f,
  bounces: u32,
  forward: vec3f,
  seed: u32,
  environment: vec3f,
  environmentWidth: u32,
  gridOrigin: vec3f,
  environmentHeight: u32,
  gridScale: vec3f,
  filmWidth: u32,
  boundsLow: vec3f,
  filmHeight: u32,
  boundsHigh: vec3f,
  block: u32,
  // x, y, width, height
  tile: vec4u,
  firstSample: u32,
  sampleCount: u32,
  lensRadius: f32,
  focusDistance: f32,
  // Largest radiance that light from beyond the first surface may add.
  clampTo: f32,
}

// What one submission does: a range of lanes (block after block, pixel after pixel), a range of samples of each block.
struct Slice {
  firstLane: u32,
  lanes: u32,
  begin: u32,
  end: u32,
  last: u32,
}

struct Node {
  first: vec4u,
  second: vec4u,
}

struct Triangle {
  v0: vec3f,
  traits: u32,
  e1: vec3f,
  light: u32,
  e2: vec3f,
  source: u32,
}

@group(0) @binding(0) var<uniform> task: Task;
@group(0) @binding(1) var<uniform> slice: Slice;
@group(0) @binding(2) var<storage, read_write> film: array<vec4u>;
@group(0) @binding(3) var<storage, read> nodes: array<Node, ${shape.nodes}>;
@group(0) @binding(4) var<storage, read> triangles: array<Triangle, ${Math.max(1, shape.triangles)}>;
@group(0) @binding(5) var<storage, read> shading: array<u32, ${shape.shading.words * Math.max(1, shape.triangles)}>;
@group(0) @binding(6) var<storage, read> tables: array<u32, ${shape.table.words}>;

fn tableFloat(at: u32) -> f32 {
  return bitcast<f32>(tables[at]);
}

fn materialAt(traits: u32) -> u32 {
  return MATERIALS_AT + ${MATERIAL_WORDS}u * (traits & 0xffffffu);
}

fn cornerUv(at: u32) -> vec2f {
  return vec2f(bitcast<f32>(shading[at]), bitcast<f32>(shading[at + 1u]));
}

fn uvWithin(at: u32, u: f32, v: f32) -> vec2f {
  return cornerUv(at) * (1.0 - u - v) + cornerUv(at + 2u) * u + cornerUv(at + 4u) * v;
}

${
  shape.shading.uv1 === null
    ? `alias Place = vec2f;

fn texturePoint(triangle: u32, u: f32, v: f32) -> Place {
  return uvWithin(SHADING_WORDS * triangle + ${shape.shading.uv}u, u, v);
}`
    : `alias Place = vec4f;

fn texturePoint(triangle: u32, u: f32, v: f32) -> Place {
  let at = SHADING_WORDS * triangle;
  return vec4f(uvWithin(at + ${shape.shading.uv}u, u, v), uvWithin(at + ${shape.shading.uv1}u, u, v));
}`
}

fn octahedral(word: u32, otherwise: vec3f) -> vec3f {
  let e = max(vec2f(f32(i32(word << 16u) >> 16u), f32(i32(word) >> 16u)) / 32767.0, vec2f(-1.0));
  var n = vec3f(e, 1.0 - abs(e.x) - abs(e.y));
  let fold = max(-n.z, 0.0);
  n.x += select(fold, -fold, n.x >= 0.0);
  n.y += select(fold, -fold, n.y >= 0.0);
  return direction(n, otherwise);
}

// A corner's normal, or the other one where the mesh has none there.
fn cornerNormal(triangle: u32, corner: u32, otherwise: vec3f) -> vec3f {
  let word = shading[SHADING_WORDS * triangle + corner];
  if (word == 0x80008000u) {
    return otherwise;
  }
  return octahedral(word, otherwise);
}
`;
