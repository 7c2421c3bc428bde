import { describe, expect, it } from 'vitest';
import { relayedIn } from './peer-guts.js';

const pair = { type: 'candidate-pair', id: 'P1', localCandidateId: 'L', remoteCandidateId: 'R' };
const other = { type: 'candidate-pair', id: 'P2', localCandidateId: 'LR', remoteCandidateId: 'R' };
const candidates = [
  { type: 'local-candidate', id: 'L', candidateType: 'host' },
  { type: 'local-candidate', id: 'LR', candidateType: 'relay' },
  { type: 'remote-candidate', id: 'R', candidateType: 'srflx' },
  { type: 'remote-candidate', id: 'RR', candidateType: 'relay' },
];
const transport = (id: string) => ({ type: 'transport', selectedCandidatePairId: id });

describe('relayedIn', () => {
  it.each<[string, unknown[], boolean | null]>([
    ['the selected pair is between hosts', [transport('P1'), pair, other, ...candidates], false],
    ['our end is a TURN server', [...candidates, other, pair, transport('P2')], true],
    ['their end is a TURN server', [transport('P1'), { ...pair, remoteCandidateId: 'RR' }, ...candidates], true],
    ['the pair says itself that it is selected', [pair, { ...other, selected: true }, ...candidates], true],
    ['no pair is selected', [pair, other, ...candidates], null],
    ['the selected pair is unknown', [transport('P9'), pair, ...candidates], null],
    ['the report is senseless', [null, 7, { type: 'transport' }, { type: 'candidate-pair', id: 3 }], null],
    ['the report is empty', [], null],
  ])('when %s', (_, entries, expected) => {
    expect(relayedIn(entries)).toBe(expected);
  });
});
