import { INSTANCE_WORDS } from '../layout.js';

/** The tree over the instances. */
export interface UpperShape {
  readonly nodes: number;
  readonly instances: number;
}

const VECTORS = INSTANCE_WORDS / 4;

/** A hit's triangle in the world, and what goes with it, where every triangle is there already. */
export const IN_THE_WORLD = /* wgsl */ `
fn worldTriangle(traced: Traced) -> Triangle {
  return triangleAt(traced.triangle);
}

// Not of length 1; on the side of the triangle's front.
fn frontOf(traced: Traced, triangle: Triangle) -> vec3f {
  return cross(triangle.e1, triangle.e2);
}

// How far a point has to be off its triangle, by the sizes of the numbers that it is summed from: more than their roundings.
fn liftOf(traced: Traced, size: f32) -> f32 {
  return size * 0x1p-18 + 1e-30;
}

fn worldVector(instance: u32, v: vec3f) -> vec3f {
  return v;
}

// The sign of a bitangent where its mesh says 1.
fn handedness(instance: u32) -> f32 {
  return 1.0;
}
`;

/** The same where a hit is in the space of its instance. Layout: ../layout.ts. */
export const INSTANCES = ({ nodes, instances }: UpperShape) => /* wgsl */ `
const MIRRORED = 0x80000000u;

@group(0) @binding(9) var<storage, read> instances: array<vec4u, ${2 * nodes + VECTORS * instances}>;

fn instanceVector(instance: u32, k: u32) -> vec4f {
  return bitcast<vec4f>(instances[${2 * nodes}u + ${VECTORS}u * instance + k]);
}

fn instanceNumber(instance: u32) -> u32 {
  return instances[${2 * nodes}u + ${VECTORS}u * instance + 7u].w;
}

fn instanceRoot(instance: u32) -> u32 {
  return instances[${2 * nodes}u + ${VECTORS}u * instance + 6u].w;
}

fn rowsTimes(instance: u32, first: u32, v: vec4f) -> vec3f {
  return vec3f(dot(instanceVector(instance, first), v), dot(instanceVector(instance, first + 1u), v),
    dot(instanceVector(instance, first + 2u), v));
}

// Directions keep their length times the mesh's scale, so that distances along a ray are the world's.
fn toMesh(instance: u32, ray: Ray) -> Ray {
  return Ray(rowsTimes(instance, 0u, vec4f(ray.origin, 1.0)), ray.reach, rowsTimes(instance, 0u, vec4f(ray.direction, 0.0)), ray.luck);
}

fn worldVector(instance: u32, v: vec3f) -> vec3f {
  return rowsTimes(instance, 3u, vec4f(v, 0.0));
}

// By the inverse transposed; not of length 1.
fn worldNormal(instance: u32, n: vec3f) -> vec3f {
  return instanceVector(instance, 0u).xyz * n.x + instanceVector(instance, 1u).xyz * n.y + instanceVector(instance, 2u).xyz * n.z;
}

fn worldTriangle(traced: Traced) -> Triangle {
  let t = triangleAt(traced.triangle);
  let v0 = rowsTimes(traced.instance, 3u, vec4f(t.v0, 1.0));
  return Triangle(v0, t.traits, worldVector(traced.instance, t.e1), t.light, worldVector(traced.instance, t.e2), t.source);
}

// The sign of a bitangent where its mesh says 1.
fn handedness(instance: u32) -> f32 {
  return select(1.0, -1.0, (instanceNumber(instance) & MIRRORED) != 0u);
}

// Not of length 1; on the side of the triangle's front.
fn frontOf(traced: Traced, triangle: Triangle) -> vec3f {
  return cross(triangle.e1, triangle.e2) * handedness(traced.instance);
}

// How far a point has to be off its triangle, by the sizes of the numbers that it is summed from: more than their roundings, on
// the way to the mesh and back too.
fn liftOf(traced: Traced, size: f32) -> f32 {
  let growth = instanceVector(traced.instance, 8u);
  return (size * growth.x + growth.y) * 0x1p-18 + 1e-30;
}
`;
