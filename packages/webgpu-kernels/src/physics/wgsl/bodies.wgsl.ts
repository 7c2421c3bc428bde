import { VELOCITY_BITS } from '../scale.js';
import { MOST_SHARES, MOST_TURN } from '../solver.js';
import { POSE_WORDS } from '../state.js';
import { byShape, GPU_MARK_WORDS, GPU_MARKS, type Shapes, SUM_WORDS, WORKGROUP, WORLD } from './world.wgsl.js';

/** Threads of a body that look for others. */
export const ROWS = 5;

/** What is done with each body by itself: before its pairs meet, to find them, and after. */
export const BODIES = (shapes: Shapes) => /* wgsl */ `${WORLD(shapes)}
fn cellOf(position: vec3i) -> vec3i {
  return position >> vec3u(world.cellShift);
}

fn headOf(cell: vec3i) -> u32 {
  let c = bitcast<vec3u>(cell);
  return ((c.x * 73856093u) ^ (c.y * 19349663u) ^ (c.z * 83492791u)) & (world.heads - 1u);
}

fn extentOf(body: u32, axes: Axes) -> vec3i {
  let half = fixed[body].half;
${byShape(shapes, '  return half;', BOX_EXTENT)}
}

// Every body's velocities as they would be, and the lists of the cells.
@compute @workgroup_size(${WORKGROUP})
fn prepare(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i == 0u) {
    atomicAdd(&marks[${GPU_MARKS.substep}], 1u);
  }
  if (i >= world.bodies) {
    return;
  }
  let state = states[i];
  let axes = axesOf(state.rotation);
  let spin = spinOf(i, axes, state.spin.xyz + state.warmSpin.xyz);
  let velocity = velocityOf(i, state.momentum.xyz + fixed[i].pull + state.warm.xyz);
  let shares = clamp(state.contacts, 1, ${MOST_SHARES});
  let extent = extentOf(i, axes);
  movings[i] = Moving(vec4i(axes[0], spin.x), vec4i(axes[1], spin.y), vec4i(axes[2], spin.z), velocity, shares, extent, 0);
  if (i < world.movers) {
    atomicStore(&contacts[startOf(i)], 0);
    nexts[i] = atomicExchange(&heads[headOf(cellOf(state.position))], i + 1u);
  }
}

fn add(i: u32, other: u32, places: bool) {
  let at = bitcast<u32>(atomicAdd(&sums[select(0u, 1u, places)], 1));
  if (at < world.room) {
    pairs[select(at, world.room - 1u - at, places)] = vec2u(i, other);
  }
}

// Each pair of bodies that may touch, found by the one in the earlier cell, or by the lower one; and each body with what never moves.
// Threads of a body go through a row of cells each.
@compute @workgroup_size(${WORKGROUP})
fn find(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x % world.movers;
  let row = id.x / world.movers;
  if (row >= ${ROWS}u) {
    return;
  }
  let box = fixed[i].round == 0;
  let here = states[i].position;
  let extent = movings[i].extent + world.reach;
  let cell = cellOf(here);
  let first = cellOf(here - extent - world.widest);
  let last = cellOf(here + extent + world.widest);
  // In the cell's own layer the rows from its own on; the three of the next layer.
  let y = cell.y + select(i32(row) - 3, i32(row), row < 2u);
  let z = cell.z + select(1, 0, row < 2u);
  if ((y >= first.y) & (y <= last.y) & (z <= last.z)) {
    for (var x = select(first.x, cell.x, row == 0u); x <= last.x; x++) {
      let there = vec3i(x, y, z);
      let own = all(there == cell);
      var entry = atomicLoad(&heads[headOf(there)]);
      // No list is longer than there are bodies.
      for (var left = world.movers; (left > 0u) & (entry != END); left--) {
        let other = entry - 1u;
        entry = nexts[other];
        if (!own | (other > i)) {
          let place = states[other].position;
          if (all(abs(place - here) <= extent + movings[other].extent) & all(cellOf(place) == there)) {
            add(min(i, other), max(i, other), box & (fixed[other].round == 0));
          }
        }
      }
    }
  }
  let bounds = fixed[i].bounds + world.reach;
  for (var other = world.movers + row; other < world.bodies; other += ${ROWS}u) {
    let far = within(states[other].position - here, axesAt(other));
    if (all(abs(far) <= fixed[other].half + vec3i(bounds + 1024))) {
      add(i, other, box);
    }
  }
  for (var p = row; p < world.planes; p += ${ROWS}u) {
    if (dotUnit(here, world.ground[p].normal.xyz) - world.ground[p].normal.w < bounds) {
      add(i, PLANE + p, box);
    }
  }
}

// As many threads as there are pairs: those that have nothing to do take long where there is no GPU.
@compute @workgroup_size(1)
fn tally() {
  let counts = vec2u(bitcast<u32>(atomicLoad(&sums[0])), bitcast<u32>(atomicLoad(&sums[1])));
  let both = counts.x + counts.y;
  if (both > world.room) {
    atomicMax(&marks[${GPU_MARKS.pairs}], both);
  }
  let threads = min(counts, vec2u(world.room));
  groups[0] = vec4u((threads.x + ${WORKGROUP - 1}u) / ${WORKGROUP}u, 1u, 1u, 0u);
  groups[1] = vec4u((threads.y + ${WORKGROUP - 1}u) / ${WORKGROUP}u, 1u, 1u, 0u);
}

@compute @workgroup_size(${WORKGROUP})
fn moveOn(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x;
  for (var head = i; head < world.heads; head += groups.x * ${WORKGROUP}u) {
    atomicStore(&heads[head], END);
  }
  if (i < 2u) {
    atomicStore(&sums[i], 0);
  }
  if (i >= world.movers) {
    return;
  }
  let at = sumsOf(i);
  let warm = sum3(at);
  let warmSpin = sum3(at + 3u);
  let momentum = states[i].momentum.xyz + fixed[i].pull + warm + sum3(at + 10u);
  let angular = states[i].spin.xyz + warmSpin + sum3(at + 13u);
  let around = sum3(at + 16u);
  let moved = (velocityOf(i, momentum) + ${2 ** (VELOCITY_BITS - 1)}) >> vec3u(${VELOCITY_BITS}u);
  let step = moved + sum3(at + 6u);
  atomicMax(&marks[${GPU_MARKS.fastest}], bitcast<u32>(sizeOf(step)));
  let turns = spinOf(i, axesAt(i), angular);
  if ((fixed[i].owned != 0) & ((sizeOf(moved) > smallest(i)) | (sizeOf(turns) > ${MOST_TURN}))) {
    flag();
  }
  states[i] = State(
    states[i].position + step,
    atomicLoad(&sums[at + 9u]),
    vec4i(momentum, states[i].momentum.w + around.x),
    vec4i(angular, states[i].spin.w + around.y),
    turned(states[i].rotation, turns),
    vec4i(warm, states[i].warm.w + around.z),
    vec4i(warmSpin, 0),
  );
  for (var k = 0u; k < ${SUM_WORDS}u; k++) {
    atomicStore(&sums[at + k], 0);
  }
}

// At a frame's end.
@compute @workgroup_size(${WORKGROUP})
fn keep(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= world.movers) {
    return;
  }
  let frame = atomicLoad(&marks[${GPU_MARKS.substep}]) / world.every - 1u;
  let at = ${POSE_WORDS}u * (frame * world.movers + i);
  let position = states[i].position;
  let rotation = states[i].rotation;
  for (var k = 0u; k < 3u; k++) {
    poses[at + k] = position[k];
  }
  for (var k = 0u; k < 4u; k++) {
    poses[at + 3u + k] = rotation[k];
  }
}

fn mixed(hash: u32, word: i32) -> u32 {
  let next = (hash ^ bitcast<u32>(word)) * 0x85ebca6bu;
  return next ^ (next >> 15u);
}

fn mixed3(hash: u32, words: vec3i) -> u32 {
  return mixed(mixed(mixed(hash, words.x), words.y), words.z);
}

// A body's word to the neighbour, as hashOfPlace has it.
@compute @workgroup_size(${WORKGROUP})
fn watch(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= world.watches) {
    return;
  }
  let entry = watches[id.x];
  let substep = atomicLoad(&marks[${GPU_MARKS.substep}]);
  if (substep > entry.y >> 8u) {
    return;
  }
  let state = states[entry.x];
  var hash = (bitcast<u32>(fixed[entry.x].id) + 1u) * 0x9e3779b1u;
  hash = mixed3(mixed3(mixed3(hash, state.position), state.momentum.xyz), state.spin.xyz);
  hash = mixed(mixed3(hash, state.rotation.xyz), state.rotation.w);
  hash = mixed3(mixed3(hash, state.warm.xyz), state.warmSpin.xyz);
  let at = ${GPU_MARK_WORDS}u + world.frames + 2u * ((substep - 1u) * world.neighbours + (entry.y & 255u));
  atomicAdd(&marks[at], hash);
  atomicAdd(&marks[at + 1u], mixed(hash, 0x27d4eb2f));
}
`;

const BOX_EXTENT = /* wgsl */ `  return timesUnit(abs(axes[0]), half.x) + timesUnit(abs(axes[1]), half.y) + timesUnit(abs(axes[2]), half.z);`;
