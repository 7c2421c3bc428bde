import { JobId } from '@tabgrid/protocol/ids';
import type { SourceStatus } from '@tabgrid/transport/source';
import type { VolunteerStatus } from '@tabgrid/volunteer/api';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { statusWords } from './status-words.js';

const now = { info: { job: v.parse(JobId, 'j'), kind: 'render', title: 'A picture' }, owner: 'Ada', share: 0.5 };
const running = (source: SourceStatus, busy = false): VolunteerStatus => ({
  kind: 'running',
  source,
  now: busy ? now : null,
});

describe('status in words', () => {
  it.each<[VolunteerStatus, string, string]>([
    [{ kind: 'idle' }, 'idle', 'off'],
    [{ kind: 'starting' }, 'starting', 'wait'],
    [running({ kind: 'connecting' }), 'connecting', 'wait'],
    [running({ kind: 'waiting', why: 'the owner of this room is away' }), 'waiting', 'wait'],
    [running({ kind: 'linked' }), 'ready', 'wait'],
    [running({ kind: 'linked' }, true), 'working', 'on'],
    [running({ kind: 'waiting', why: '' }, true), 'working', 'on'],
    [running({ kind: 'retrying', inMs: 4200, why: 'the network is down' }), 'reconnecting', 'wait'],
    [running({ kind: 'retrying', inMs: 4200, why: 'the network is down' }, true), 'reconnecting', 'wait'],
    [running({ kind: 'failed', why: 'no such room' }), 'failed', 'bad'],
    [{ kind: 'paused', why: 'person', source: { kind: 'linked' } }, 'paused', 'off'],
    [{ kind: 'paused', why: 'battery', source: { kind: 'linked' } }, 'paused', 'off'],
    [{ kind: 'failed', message: 'Update the driver.' }, 'failed', 'bad'],
  ])('%o', (status, state, lamp) => {
    expect(statusWords(status)).toMatchObject({ state, lamp });
  });

  it('makes sentences of the reasons from below', () => {
    expect(statusWords(running({ kind: 'waiting', why: 'the owner of this room is away' })).detail).toBe(
      'The owner of this room is away.',
    );
    expect(statusWords(running({ kind: 'retrying', inMs: 200, why: 'Really?' })).detail).toBe(
      'Really? Next try in 1 s. Finished work is kept.',
    );
  });

  it('tells the two pauses apart', () => {
    const words = (why: 'person' | 'battery') =>
      statusWords({ kind: 'paused', why, source: { kind: 'linked' } }).headline;
    expect(words('battery')).toContain('battery');
    expect(words('person')).not.toContain('battery');
  });
});
