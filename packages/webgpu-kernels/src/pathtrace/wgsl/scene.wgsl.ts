import { MATERIAL_WORDS, type ShadingLayout, TEXTURE_WORDS, type tableLayout } from '../layout.js';
import { stackEntries } from '../variants.js';
import { IN_THE_WORLD, INSTANCES, type UpperShape } from './instances.wgsl.js';

/** What of a scene the program is made for: arrays of a fixed size are faster, and what is not there is not compiled. */
export interface SceneShape {
  readonly nodes: number;
  readonly triangles: number;
  /** Null where triangles are not indexed. */
  readonly vertices: number | null;
  /** Null without instances. */
  readonly upper: UpperShape | null;
  /** Triangles that shine: the first of the lights. */
  readonly shining: number;
  /** With the punctual lights. */
  readonly lights: number;
  readonly table: ReturnType<typeof tableLayout>;
  /** Of triangles; or of vertices, where those are indexed. */
  readonly shading: ShadingLayout;
  readonly albedoSide: number;
  readonly stack: number;
}

/** Bindings and constants. Layouts: ../layout.ts. */
export const scene = (shape: SceneShape) => /* wgsl */ `
const STACK = ${stackEntries(shape.stack)}u;
const MATERIALS_AT = ${shape.table.materials}u;
const TEXTURES_AT = ${shape.table.textures}u;
const TEXTURE_WORDS = ${TEXTURE_WORDS}u;
const LIGHTS_AT = ${shape.table.lights}u;
const LIGHTS = ${shape.lights}u;
const SHINING = ${shape.shining}u;
const PUNCTUAL_AT = ${shape.table.punctual}u;
const ALBEDO_AT = ${shape.table.albedo}u;
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
${shape.vertices === null ? WHOLE_TRIANGLES(shape) : INDEXED_TRIANGLES(shape, shape.vertices)}
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

fn uvWithin(triangle: u32, offset: u32, u: f32, v: f32) -> vec2f {
  return cornerUv(cornerAt(triangle, 0u, offset, 2u)) * (1.0 - u - v) + cornerUv(cornerAt(triangle, 1u, offset, 2u)) * u
    + cornerUv(cornerAt(triangle, 2u, offset, 2u)) * v;
}

${
  shape.shading.uv1 === null
    ? `alias Place = vec2f;

fn texturePoint(triangle: u32, u: f32, v: f32) -> Place {
  return uvWithin(triangle, ${shape.shading.uv}u, u, v);
}`
    : `alias Place = vec4f;

fn texturePoint(triangle: u32, u: f32, v: f32) -> Place {
  return vec4f(uvWithin(triangle, ${shape.shading.uv}u, u, v), uvWithin(triangle, ${shape.shading.uv1}u, u, v));
}`
}

fn octahedral(word: u32, otherwise: vec3f) -> vec3f {
  // Signed halves: each at the top of a word, which its last bits leave exact.
  let halves = vec2f(vec2i(vec2u(word * 0x10000u, word & 0xffff0000u))) * 0x1p-16 / 32767.0;
  let e = select(vec2f(-1.0), halves, halves > vec2f(-1.0));
  var n = vec3f(e, 1.0 - abs(e.x) - abs(e.y));
  let fold = most(-n.z, 0.0);
  n.x += select(fold, -fold, n.x >= 0.0);
  n.y += select(fold, -fold, n.y >= 0.0);
  return direction(n, otherwise);
}

// A corner's normal, or the other one where the mesh has none there.
fn cornerNormal(traced: Traced, corner: u32, otherwise: vec3f) -> vec3f {
  let word = shading[cornerAt(traced.triangle, corner, ${shape.shading.normal}u, 1u)];
  let n = ${shape.upper ? 'direction(worldNormal(traced.instance, octahedral(word, vec3f(0.0))), otherwise)' : 'octahedral(word, otherwise)'};
  return select(n, otherwise, word == 0x80008000u);
}
${shape.upper ? INSTANCES(shape.upper) : IN_THE_WORLD}
`;

/** Records of triangles in whole, and where a corner's words lie: attributes begin at an offset and have a size. */
const WHOLE_TRIANGLES = ({ triangles, shading }: SceneShape) => /* wgsl */ `
@group(0) @binding(4) var<storage, read> triangles: array<Triangle, ${Math.max(1, triangles)}>;
@group(0) @binding(5) var<storage, read> shading: array<u32, ${shading.words * Math.max(1, triangles)}>;

fn triangleAt(i: u32) -> Triangle {
  return triangles[i];
}

fn cornerAt(triangle: u32, corner: u32, offset: u32, size: u32) -> u32 {
  return ${shading.words}u * triangle + offset + size * corner;
}
`;

/** Triangles that share vertices: smaller, and one step further away. Edges are rounded as those of whole triangles are. */
const INDEXED_TRIANGLES = ({ triangles, shading }: SceneShape, vertices: number) => /* wgsl */ `
@group(0) @binding(4) var<storage, read> triangles: array<vec2u, ${3 * Math.max(1, triangles)}>;
@group(0) @binding(5) var<storage, read> shading: array<u32, ${shading.words * vertices}>;

fn positionAt(vertex: u32) -> vec3f {
  let at = ${shading.words}u * vertex;
  return vec3f(bitcast<f32>(shading[at]), bitcast<f32>(shading[at + 1u]), bitcast<f32>(shading[at + 2u]));
}

fn triangleAt(i: u32) -> Triangle {
  let first = triangles[3u * i];
  let second = triangles[3u * i + 1u];
  let third = triangles[3u * i + 2u];
  let v0 = positionAt(first.x);
  return Triangle(v0, second.y, positionAt(first.y) - v0, third.x, positionAt(second.x) - v0, third.y);
}

fn cornerAt(triangle: u32, corner: u32, offset: u32, size: u32) -> u32 {
  let pair = triangles[3u * triangle + corner / 2u];
  return ${shading.words}u * select(pair.x, pair.y, corner == 1u) + offset;
}
`;
