import { createManualClock } from '@tabgrid/protocol/clock';
import { VolunteerId } from '@tabgrid/protocol/ids';
import type { Verification } from '@tabgrid/protocol/task';
import { fakeJob, fakeScene } from '@tabgrid/splitters/render/fixture';
import { restingState } from '@tabgrid/splitters/render/planner';
import { createMemoryLinkPair } from '@tabgrid/transport/memory';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { createJob } from './job.js';
import type { Member } from './member.js';
import { noticesOf, type Told } from './notices.js';
import { SPEC } from './test-kit.js';
import { capabilities } from './test-volunteer.js';

let manifest: PathtraceParams['scene'];
beforeAll(async () => {
  manifest = (await fakeScene()).manifest;
});

const clock = createManualClock();
const [LINK] = createMemoryLinkPair(clock);
const member = (change: Partial<Member>): Member => ({
  id: v.parse(VolunteerId, 'v1'),
  ordinal: 0,
  session: v.parse(VolunteerId, 's1'),
  name: '',
  invited: true,
  network: 'a',
  region: null,
  provider: null,
  capabilities: capabilities(),
  telemetry: { visibility: 'visible', paused: false, intensity: 1, battery: null, gpuBusyMs: 0 },
  link: LINK,
  path: 'direct',
  closedBytes: { to: 0, from: 0 },
  ...change,
});

const jobWith = (verify: Verification) =>
  createJob({
    clock,
    members: () => [],
    title: '',
    spec: { ...SPEC, verify },
    sharing: { weight: 1, priority: 0 },
    startedAt: 0,
    planner: restingState(fakeJob(manifest, { verify: verify }), [], 0),
  });

const told = (change: Partial<Told>): string =>
  noticesOf({
    lost: null,
    unsafe: null,
    simulation: null,
    violations: 0,
    signaling: { kind: 'connecting' },
    members: [],
    jobs: [],
    ...change,
  }).join('\n');

describe('notices', () => {
  it('are none when all is well', () => {
    expect(told({ members: [member({}), member({ network: 'b' })], jobs: [jobWith('replicate')] })).toBe('');
  });

  it('say what is not kept: everything, or what runs', () => {
    expect(told({ lost: 'storage is blocked', unsafe: 'another tab' })).toMatch(
      /^Nothing is kept .*storage is blocked/,
    );
    expect(told({ unsafe: 'another tab has it' })).toMatch(/^A job that runs is lost .*another tab has it/);
  });

  it('say what is wrong with a simulation that is kept', () => {
    expect(told({ simulation: 'It is damaged.' })).toBe('It is damaged.');
  });

  it('count what broke the protocol, and tell that the server is away', () => {
    expect(told({ violations: 1 })).toContain('One link was closed');
    expect(told({ violations: 2 })).toContain('2 links were closed');
    expect(told({ signaling: { kind: 'offline', why: 'no answer' } })).toContain('no answer');
  });

  it('say that checking is weaker where all who were asked share a network', () => {
    const weaker = (members: Member[], verify: Verification = 'replicate') =>
      told({ jobs: [jobWith(verify)], members }).includes('weaker');
    expect(weaker([member({}), member({})], 'spot')).toBe(true);
    expect(weaker([member({}), member({})])).toBe(true);
    expect(weaker([member({}), member({ network: 'b' })])).toBe(false);
    // One of the pool needs another network anyway; the owner's own machine is no stranger; alone there is nobody to agree.
    expect(weaker([member({}), member({ invited: false })])).toBe(false);
    expect(weaker([member({}), member({ network: null })])).toBe(false);
    expect(weaker([member({}), member({}), member({ network: null })])).toBe(true);
    expect(weaker([member({}), member({ link: null })])).toBe(false);
    expect(told({ jobs: [jobWith('none')], members: [member({}), member({})] })).toBe('');
  });
});
