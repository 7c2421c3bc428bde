import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { FromServer, Signal, ToServer } from './signaling.js';

const PEER = 'AbCdEfGhIjKlMnOpQrStUv';
const TOKEN = 'x'.repeat(43);
const fits = (schema: v.GenericSchema, value: unknown) => v.safeParse(schema, value).success;

describe('to the server', () => {
  it('takes each message of the family', () => {
    for (const m of [
      { type: 'hello', protocol: 1, as: { role: 'owner', room: null, open: false } },
      { type: 'hello', protocol: 1, as: { role: 'owner', room: { id: PEER, token: TOKEN }, open: true } },
      { type: 'hello', protocol: 1, as: { role: 'volunteer', room: PEER } },
      { type: 'hello', protocol: 1, as: { role: 'pool' } },
      { type: 'signal', to: PEER, signal: { kind: 'relay', dial: 1 } },
      { type: 'room', open: true, hasWork: true, wanted: 4 },
      { type: 'leaveRoom' },
      { type: 'ping' },
    ]) {
      expect(fits(ToServer, m), m.type).toBe(true);
    }
  });

  it('has no way to name a room as owner without its token', () => {
    expect(fits(ToServer, { type: 'hello', protocol: 1, as: { role: 'owner', room: { id: PEER }, open: false } })).toBe(
      false,
    );
    expect(fits(ToServer, { type: 'hello', protocol: 1, as: { role: 'owner', room: PEER, open: false } })).toBe(false);
  });
});

describe('signals', () => {
  it('takes sdp and candidates only', () => {
    const rtc = (signal: unknown) => fits(Signal, { kind: 'rtc', dial: 1, signal });
    expect(rtc({ type: 'offer', sdp: 'v=0' })).toBe(true);
    expect(rtc({ type: 'candidate', candidate: { candidate: 'candidate:1', sdpMLineIndex: 0, sdpMid: '0' } })).toBe(
      true,
    );
    expect(rtc({ type: 'renegotiate', renegotiate: true })).toBe(false);
    expect(rtc({ type: 'transceiverRequest' })).toBe(false);
    expect(rtc({ type: 'offer', sdp: 'x'.repeat(40_000) })).toBe(false);
    expect(fits(Signal, { kind: 'rtc', dial: 0, signal: { type: 'offer', sdp: '' } })).toBe(false);
  });
});

it('from the server: takes a welcome with and without a room, and every error is typed', () => {
  const welcome = { type: 'welcome', protocol: 1, peer: PEER, iceServers: [], room: null, publicUrl: null };
  expect(fits(FromServer, welcome)).toBe(true);
  expect(fits(FromServer, { ...welcome, room: { id: PEER, token: TOKEN }, publicUrl: 'https://grid.example' })).toBe(
    true,
  );
  expect(fits(FromServer, { type: 'error', code: 'tooFast', message: 'slow down' })).toBe(true);
  expect(fits(FromServer, { type: 'error', code: 'whatever', message: '' })).toBe(false);
});
