import { MAX_FRAME_BYTES } from '@tabgrid/protocol/limits';
import { RELAY_HEADER_BYTES } from '@tabgrid/protocol/signaling';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameProblem, parseText } from './parse.js';

const hello = (protocol: unknown) => JSON.stringify({ type: 'hello', protocol, as: { role: 'pool' } });
const PING = JSON.stringify({ type: 'ping' });
const code = (text: string, first = false) => {
  const read = parseText(text, 65_536, first);
  return 'code' in read ? read.code : read.message.type;
};

describe('texts', () => {
  it('takes hello first, and only first', () => {
    expect(code(hello(PROTOCOL_VERSION), true)).toBe('hello');
    expect(code(hello(PROTOCOL_VERSION), false)).toBe('unexpected');
    expect(code(PING, true)).toBe('unexpected');
    expect(code(PING, false)).toBe('ping');
  });

  it('tells pages of another age apart from nonsense, whatever else their hello says', () => {
    expect(code(hello(PROTOCOL_VERSION + 1), true)).toBe('badVersion');
    expect(code(hello(0), true)).toBe('badVersion');
    expect(code(JSON.stringify({ type: 'hello', protocol: 99, token: {}, roles: ['x'] }), true)).toBe('badVersion');
    expect(code(hello('1'), true)).toBe('malformed');
  });

  it('names what it does not take', () => {
    for (const bad of ['', '{', 'null', '[]', '{}', '{"type":"ping","more":1}', '{"type":"nope"}', '"ping"']) {
      expect(code(bad), bad).toBe('malformed');
    }
  });

  it('counts bytes, not characters', () => {
    const text = JSON.stringify({ type: 'ping', pad: 'ü'.repeat(600) });
    expect(text.length).toBeLessThan(1024);
    expect(parseText(text, 1024, false)).toMatchObject({ code: 'tooLarge' });
    expect(parseText(text, 4096, false)).toMatchObject({ code: 'malformed' });
  });

  it('never throws, and never lets anything through that the schema does not know', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const read = parseText(text, 65_536, false);
          expect('code' in read && (read.code === 'malformed' || read.code === 'badVersion')).toBe(true);
        },
      ),
    );
  });
});

describe('frames', () => {
  it('takes a receiver and 1 byte up to one whole frame', () => {
    expect(frameProblem(RELAY_HEADER_BYTES + 1, false)).toBeNull();
    expect(frameProblem(RELAY_HEADER_BYTES + MAX_FRAME_BYTES, false)).toBeNull();
    expect(frameProblem(RELAY_HEADER_BYTES, false)?.code).toBe('malformed');
    expect(frameProblem(0, false)?.code).toBe('malformed');
    expect(frameProblem(RELAY_HEADER_BYTES + MAX_FRAME_BYTES + 1, false)?.code).toBe('tooLarge');
    expect(frameProblem(100, true)?.code).toBe('unexpected');
  });
});
