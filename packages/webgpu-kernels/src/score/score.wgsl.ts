/** Invocations of one dispatch: enough to fill any GPU. */
export const INVOCATIONS = 65_536;

export const WORKGROUP = 64;

/** Each invocation takes `steps[0]` steps from its own number. The same as `hashed` in `hash.ts`, in the same integers. */
export const SCORE = /* wgsl */ `
@group(0) @binding(0) var<storage, read> steps: array<u32>;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var x = id.x;
  for (var i = 0u; i < steps[0]; i++) {
    x = x * 747796405u + 2891336453u;
    x = ((x >> ((x >> 28u) + 4u)) ^ x) * 277803737u;
    x = (x >> 22u) ^ x;
  }
  results[id.x] = x;
}
`;
