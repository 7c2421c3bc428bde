export const collatzWgsl = /* wgsl */ `
struct Slice { begin: u32, end: u32, count: u32, first: u32, canary: u32 }

@group(0) @binding(0) var<uniform> slice: Slice;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read_write> steps: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = slice.begin + id.x;
  if (i >= slice.end) { return; }
  var n = max(1u, numbers[slice.first + i]);
  var taken = 0u;
  // Bounded: a loop that may not end hangs a device.
  while (n != 1u && taken < 1000u) {
    n = select(3u * n + 1u, n / 2u, n % 2u == 0u);
    taken++;
  }
  steps[i] = taken;
  if (i == slice.count - 1u) { steps[slice.count] = slice.canary; }
}
`;
