import { createManualClock } from '@tabgrid/protocol/clock';
import { message } from '@tabgrid/protocol/message';
import type { RtcSignal } from '@tabgrid/protocol/signaling';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLink } from './create-link.js';
import type { Link } from './link.js';
import { patterned, runLinkTests } from './link-tests.js';
import { createPeerWire, DialError, type PeerDial, type WebRtc } from './simple-peer.js';
import { systemClock } from './system-clock.js';
import { dialPair, nodeRtc, noRtc } from './test-rtc.js';
import type { Wire } from './wire.js';

const SOON = { timeout: 25_000, interval: 5 };
const dials: PeerDial[] = [];
afterEach(() => {
  for (const dial of dials.splice(0)) dial.abandon('the test is over');
});

function pairOf(...args: Parameters<typeof dialPair>) {
  const pair = dialPair(...args);
  dials.push(pair.near, pair.far);
  return pair;
}

runLinkTests(
  'simple-peer',
  async () => {
    const { near, far } = dialPair();
    const [a, b] = await Promise.all([near.wire, far.wire]);
    return {
      near: a,
      far: b,
      dispose() {
        near.abandon('the test is over');
        far.abandon('the test is over');
      },
    };
  },
  { skip: noRtc },
);

/** Node's WebRTC whose connections, configurations and channels a test can get at. */
function watchedRtc() {
  const configs: (RTCConfiguration | undefined)[] = [];
  const connections: RTCPeerConnection[] = [];
  const channels: RTCDataChannel[] = [];
  class Watched extends nodeRtc.RTCPeerConnection {
    constructor(config?: RTCConfiguration) {
      super(config);
      configs.push(config);
      connections.push(this);
    }
    override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, init);
      channels.push(channel);
      return channel;
    }
  }
  const wrtc: WebRtc = { ...nodeRtc, RTCPeerConnection: Watched };
  return { wrtc, configs, connections, channels };
}

async function linkedPair(...args: Parameters<typeof dialPair>) {
  const { near, far } = pairOf(...args);
  const [a, b] = await Promise.all([near.wire, far.wire]);
  const make = (wire: Wire): Link => createLink(wire, { clock: systemClock });
  return { near, far, a: make(a), b: make(b), wire: a };
}

describe.skipIf(noRtc)('simple-peer’s pitfalls', () => {
  it('never asks a public server: the ICE servers are always given', async () => {
    const { wrtc, configs } = watchedRtc();
    const { near, far } = pairOf(
      { wrtc },
      { wrtc, iceServers: [{ urls: ['turn:127.0.0.1:9'], username: 'u', credential: 'c' }] },
    );
    near.abandon('seen enough');
    far.abandon('seen enough');
    expect(configs.map((c) => c?.iceServers)).toEqual([
      [],
      [{ urls: ['turn:127.0.0.1:9'], username: 'u', credential: 'c' }],
    ]);
  });

  it('writes nothing while too much waits in the channel, and goes on when it has drained', async () => {
    const { wrtc, channels } = watchedRtc();
    const { near, far } = pairOf({ wrtc });
    const [wire] = await Promise.all([near.wire, far.wire]);
    let buffered = 0;
    Object.defineProperty(channels[0], 'bufferedAmount', { get: () => buffered });
    const drained = vi.fn();
    wire.listen({ frame() {}, drain: drained, suspect() {}, end() {} });
    expect(wire.writable()).toBe(true);
    buffered = 1024 * 1024;
    expect(wire.writable()).toBe(false);
    buffered = 200 * 1024;
    expect(wire.writable()).toBe(true);
    buffered = 1024 * 1024;
    expect(wire.writable()).toBe(false);
    expect(drained).not.toHaveBeenCalled();
    buffered = 100;
    await vi.waitFor(() => expect(drained).toHaveBeenCalled(), SOON);
  });

  it('hears of the drained channel by its event where there is one', async () => {
    const { wrtc, channels } = watchedRtc();
    const clock = createManualClock(); // no timer of the wire's ever runs
    const { near, far } = pairOf({ wrtc, clock });
    await vi.waitFor(() => expect(channels.length).toBe(1), SOON);
    const channel = channels[0];
    if (!channel) throw new Error('no channel');
    Object.defineProperty(channel, 'bufferedAmountLowThreshold', { value: 0, writable: true });
    const [wire] = await Promise.all([near.wire, far.wire]);
    expect(channel.bufferedAmountLowThreshold).toBeGreaterThan(0);
    const drained = vi.fn();
    wire.listen({ frame() {}, drain: drained, suspect() {}, end() {} });
    const passed = vi.fn();
    channel.addEventListener('bufferedamountlow', passed);
    channel.dispatchEvent(new Event('bufferedamountlow'));
    await vi.waitFor(() => expect(passed).toHaveBeenCalledTimes(1), SOON);
    expect(drained).toHaveBeenCalledTimes(1);
    wire.destroy();
    channel.dispatchEvent(new Event('bufferedamountlow'));
    await vi.waitFor(() => expect(passed).toHaveBeenCalledTimes(2), SOON);
    expect(drained).toHaveBeenCalledTimes(1);
  });

  it('keeps the bounds of messages, however fast they come', async () => {
    const { near, far } = pairOf();
    const [a, b] = await Promise.all([near.wire, far.wire]);
    const lengths: number[] = [];
    b.listen({ frame: (f) => lengths.push(f.byteLength), drain() {}, suspect() {}, end() {} });
    const sent = Array.from({ length: 300 }, (_, i) => 1 + ((i * 37) % 900));
    for (const length of sent) a.write(new Uint8Array(length));
    await vi.waitFor(() => expect(lengths.length).toBe(300), SOON);
    expect(lengths).toEqual(sent);
  });

  it('keeps what comes before anybody listens', async () => {
    const { near, far } = pairOf();
    const [a, b] = await Promise.all([near.wire, far.wire]);
    a.write(Uint8Array.of(1));
    a.write(Uint8Array.of(2, 2));
    const back = vi.fn();
    a.listen({ frame: back, drain() {}, suspect() {}, end() {} });
    b.write(Uint8Array.of(9));
    await vi.waitFor(() => expect(back).toHaveBeenCalled(), SOON);
    const seen: number[] = [];
    b.listen({ frame: (f) => seen.push(f.byteLength), drain() {}, suspect() {}, end() {} });
    await vi.waitFor(() => expect(seen).toEqual([1, 2]), SOON);
  });

  it('loses nothing of what the initiator sends first, however late the other side is', {
    timeout: 60_000,
  }, async () => {
    for (let run = 0; run < 15; run++) {
      const seen: number[] = [];
      const { near, far } = pairOf();
      void far.wire.then((wire) =>
        wire.listen({ frame: (f) => seen.push(f.byteLength), drain() {}, suspect() {}, end() {} }),
      );
      const wire = await near.wire;
      for (let i = 1; i <= 50; i++) wire.write(new Uint8Array(i));
      await vi.waitFor(() => expect(seen.length).toBe(50), SOON);
      expect(seen[0]).toBe(1);
    }
  });

  it('sends nothing before the other side says that it is ready, and nothing at all to one that speaks otherwise', async () => {
    const { wrtc, connections } = watchedRtc();
    const { near } = pairOf({}, { wrtc });
    // A page that opens a channel and says something else.
    await vi.waitFor(() => expect(connections.length).toBe(1), SOON);
    connections[0]?.addEventListener('datachannel', ({ channel }) => {
      const speak = (): void => {
        if (channel.readyState === 'open') channel.send('hi');
      };
      channel.addEventListener('open', speak);
      speak();
    });
    await expect(near.wire).rejects.toThrow('does not speak');
  });

  it('takes a text, which is no frame, for what it is: hostile', async () => {
    const { wrtc, channels } = watchedRtc();
    const { b } = await linkedPair({ wrtc });
    channels[0]?.send('hello');
    expect((await b.closed).by).toBe('hostile');
  });

  it('survives a frame far over the bound, and calls it hostile', async () => {
    const { wrtc, channels } = watchedRtc();
    const { b } = await linkedPair({ wrtc });
    channels[0]?.send(new Uint8Array(200_000));
    expect((await b.closed).by).toBe('hostile');
  });

  it('delivers everything before it destroys, even right after a burst', async () => {
    const { a, b } = await linkedPair();
    let bytes = 0;
    b.onMessage((m) => {
      bytes += m.body.byteLength;
    });
    const sends = Array.from({ length: 8 }, (_, i) => a.send(message(i, patterned(500_000, i))));
    await a.close('burst over');
    await Promise.all(sends);
    expect(bytes).toBe(8 * 500_000);
    expect(await b.closed).toEqual({ by: 'them', text: 'burst over' });
  });

  it('notices when the other side destroys its connection without a word', async () => {
    const { a, far } = await linkedPair();
    far.abandon('crash');
    expect((await a.closed).by).toBe('lost');
  });

  it('does not let senseless signals break a dial, before or after it connects', async () => {
    const senseless: RtcSignal[] = [
      { type: 'candidate', candidate: { candidate: 'garbage', sdpMid: '0', sdpMLineIndex: 0 } },
      { type: 'candidate', candidate: { candidate: '' } },
      { type: 'candidate', candidate: { candidate: '', sdpMid: 'no such line' } },
      { type: 'candidate', candidate: { candidate: 'candidate:1 1 udp 1 1.2.3.4 5 typ host', sdpMLineIndex: 60 } },
    ];
    const { near, far } = pairOf();
    for (const signal of senseless) {
      near.signal(signal);
      far.signal(signal);
    }
    // Only the side that waits for an answer takes one, and only the other takes an offer.
    near.signal({ type: 'offer', sdp: 'v=0' });
    far.signal({ type: 'answer', sdp: 'v=0' });
    const [a, b] = await Promise.all([near.wire, far.wire]);
    near.signal({ type: 'answer', sdp: 'late and senseless' });
    for (const signal of senseless) near.signal(signal);
    const got = vi.fn();
    b.listen({ frame: got, drain() {}, suspect() {}, end() {} });
    a.write(Uint8Array.of(1));
    await vi.waitFor(() => expect(got).toHaveBeenCalled(), SOON);
  });

  it('fails a dial whose offer is garbage, and ignores what comes after', async () => {
    const dial = createPeerWire({ initiator: false, iceServers: [], clock: systemClock, wrtc: nodeRtc, onSignal() {} });
    dials.push(dial);
    dial.signal({ type: 'offer', sdp: 'garbage' });
    await expect(dial.wire).rejects.toBeInstanceOf(DialError);
    dial.signal({ type: 'offer', sdp: 'garbage' });
    dial.signal({ type: 'candidate', candidate: { candidate: '', sdpMid: '0' } });
    dial.abandon('again');
  });

  it('takes a bounded number of candidates', async () => {
    const add = vi.fn(async () => {});
    class Counted extends nodeRtc.RTCPeerConnection {
      override addIceCandidate = add;
    }
    const { near, far } = pairOf({ wrtc: { ...nodeRtc, RTCPeerConnection: Counted } });
    const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.9 5 typ host', sdpMid: '0', sdpMLineIndex: 0 };
    for (let i = 0; i < 1000; i++) near.signal({ type: 'candidate', candidate });
    await Promise.all([near.wire, far.wire]);
    expect(add.mock.calls.length).toBeGreaterThan(0);
    expect(add.mock.calls.length).toBeLessThanOrEqual(100);
  });

  it('gives up after the dial timeout when nothing answers', async () => {
    const clock = createManualClock();
    const dial = createPeerWire({ initiator: true, iceServers: [], clock, wrtc: nodeRtc, onSignal() {} });
    dials.push(dial);
    const outcome = vi.fn();
    void dial.wire.catch(outcome);
    await clock.advance(19_999);
    expect(outcome).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(outcome).toHaveBeenCalledWith(expect.any(DialError));
  });

  it('gives up at once when the machine has no way to offer', async () => {
    // Through TURN only, and no TURN server: nothing can be gathered.
    const dial = createPeerWire({
      initiator: true,
      iceServers: [],
      turnOnly: true,
      clock: createManualClock(),
      wrtc: nodeRtc,
      onSignal() {},
    });
    dials.push(dial);
    await expect(dial.wire).rejects.toThrow('no network path');
  });

  it('fails without WebRTC, and when the browser makes no more connections', async () => {
    class Exhausted extends nodeRtc.RTCPeerConnection {
      constructor() {
        super();
        this.close();
        throw new DOMException('Cannot create so many PeerConnections', 'UnknownError');
      }
    }
    const wrtc = { ...nodeRtc, RTCPeerConnection: Exhausted };
    for (const initiator of [true, false]) {
      const dial = createPeerWire({ initiator, iceServers: [], clock: systemClock, wrtc, onSignal() {} });
      await expect(dial.wire).rejects.toThrow('Cannot create so many');
    }
    // Node has no global WebRTC.
    const bare = createPeerWire({ initiator: true, iceServers: [], clock: systemClock, onSignal() {} });
    await expect(bare.wire).rejects.toBeInstanceOf(DialError);
    bare.signal({ type: 'answer', sdp: '' });
  });

  it('suspects the other side when ICE disconnects, and restarts ICE without losing the link', async () => {
    const iceStates: RTCIceConnectionState[] = [];
    const connections: RTCPeerConnection[] = [];
    /** Says what the test wants of the state of ICE, once a word. */
    class Lying extends nodeRtc.RTCPeerConnection {
      constructor(config?: RTCConfiguration) {
        super(config);
        connections.push(this);
        const handler: ProxyHandler<Lying> = {
          get(target, key) {
            if (key === 'iceConnectionState') return iceStates.shift() ?? target.iceConnectionState;
            const value: unknown = Reflect.get(target, key, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
          set: (target, key, value) => Reflect.set(target, key, value, target),
        };
        // biome-ignore lint/correctness/noConstructorReturn: a stand-in for a native object with read-only fields
        return new Proxy<Lying>(this, handler);
      }
    }
    const offers: string[] = [];
    const pair = pairOf({
      wrtc: { ...nodeRtc, RTCPeerConnection: Lying },
      onSignal(signal) {
        if (signal.type === 'offer') offers.push(signal.sdp);
        pair.far.signal(signal);
      },
    });
    const [nearWire, farWire] = await Promise.all([pair.near.wire, pair.far.wire]);
    const a = createLink(nearWire, { clock: createManualClock() });
    const b = createLink(farWire, { clock: createManualClock() });
    const states: string[] = [];
    a.onState((state) => states.push(state));
    const connection = connections[0];
    if (!connection) throw new Error('no connection');
    const isStable = () => connection.signalingState === 'stable';
    await vi.waitFor(() => expect(isStable()).toBe(true), SOON);

    iceStates.push('disconnected');
    connection.oniceconnectionstatechange?.(new Event('iceconnectionstatechange'));
    expect(states[0]).toBe('suspect');
    await vi.waitFor(() => expect(offers.length).toBe(2), SOON);
    expect(ufrag(offers[1])).not.toBe(ufrag(offers[0]));
    await vi.waitFor(() => expect(isStable()).toBe(true), SOON);

    const seen = vi.fn();
    b.onMessage(seen);
    await a.send(message('still here', patterned(300_000, 3)));
    await vi.waitFor(() => expect(seen).toHaveBeenCalledTimes(1), SOON);
    expect(states).toEqual(['suspect', 'open']);
    expect([a.state, b.state]).toEqual(['open', 'open']);
  });

  it('says that it is direct', async () => {
    const { a, b } = await linkedPair();
    expect([a.stats().path, b.stats().path]).toEqual(['direct', 'direct']);
  });
});

function ufrag(sdp: string | undefined): string | undefined {
  return sdp?.match(/a=ice-ufrag:(\S+)/)?.[1];
}
