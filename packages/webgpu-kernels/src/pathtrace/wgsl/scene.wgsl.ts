/** What of a scene the program is made for: arrays of a fixed size are faster, and what is not there is not compiled. */
export interface SceneShape {
  readonly nodes: number;
  readonly triangles: number;
  readonly lights: number;
  readonly tableWords: number;
  readonly materialsAt: number;
  readonly texturesAt: number;
  readonly lightsAt: number;
  readonly albedoAt: number;
  readonly albedoSide: number;
  readonly stack: number;
}

/** Bindings and constants. Layouts: ../layout.ts. */
export const scene = (shape: SceneShape) => /* wgsl */ `
const STACK = ${shape.stack}u;
const MATERIALS_AT = ${shape.materialsAt}u;
const TEXTURES_AT = ${shape.texturesAt}u;
const LIGHTS_AT = ${shape.lightsAt}u;
const LIGHTS = ${shape.lights}u;
const ALBEDO_AT = ${shape.albedoAt}u;
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
@group(0) @binding(5) var<storage, read> shading: array<u32, ${9 * Math.max(1, shape.triangles)}>;
@group(0) @binding(6) var<storage, read> tables: array<u32, ${shape.tableWords}>;

fn tableFloat(at: u32) -> f32 {
  return bitcast<f32>(tables[at]);
}

fn materialAt(traits: u32) -> u32 {
  return MATERIALS_AT + 16u * (traits & 0xffffffu);
}

fn texturePoint(triangle: u32, u: f32, v: f32) -> vec2f {
  let at = 9u * triangle + 3u;
  let a = vec2f(bitcast<f32>(shading[at]), bitcast<f32>(shading[at + 1u]));
  let b = vec2f(bitcast<f32>(shading[at + 2u]), bitcast<f32>(shading[at + 3u]));
  let c = vec2f(bitcast<f32>(shading[at + 4u]), bitcast<f32>(shading[at + 5u]));
  return a * (1.0 - u - v) + b * u + c * v;
}

// A corner's normal, or the other one where the mesh has none there.
fn cornerNormal(triangle: u32, corner: u32, otherwise: vec3f) -> vec3f {
  let word = shading[9u * triangle + corner];
  if (word == 0x80008000u) {
    return otherwise;
  }
  let e = max(vec2f(f32(i32(word << 16u) >> 16u), f32(i32(word) >> 16u)) / 32767.0, vec2f(-1.0));
  var n = vec3f(e, 1.0 - abs(e.x) - abs(e.y));
  let fold = max(-n.z, 0.0);
  n.x += select(fold, -fold, n.x >= 0.0);
  n.y += select(fold, -fold, n.y >= 0.0);
  return direction(n, otherwise);
}
`;
