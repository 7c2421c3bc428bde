/**
 * The baseline of the link's benchmark: a bare RTCDataChannel, 16 KiB messages, kept busy by its `bufferedAmount`.
 * Descriptions carry all candidates, so that the caller can pass them from page to page as text.
 */

const MESSAGE_BYTES = 16 * 1024;
const HIGH_WATER_BYTES = 1024 * 1024;
const LOW_WATER_BYTES = 256 * 1024;

export interface RawChannel {
  offer(): Promise<string>;
  answer(offer: string): Promise<string>;
  accept(answer: string): Promise<void>;
  /** Sends `bytes` and resolves with the milliseconds until the other side says that it has them all. */
  send(bytes: number): Promise<number>;
  /** Receives `bytes`, then says so. */
  receive(bytes: number): Promise<void>;
}

export function createRawChannel(): RawChannel {
  const peer = new RTCPeerConnection({ iceServers: [] });
  const channel = peer.createDataChannel('raw', { negotiated: true, id: 0 });
  channel.binaryType = 'arraybuffer';
  channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
  const opened = once(channel, 'open');

  async function described(): Promise<string> {
    if (peer.iceGatheringState !== 'complete') {
      await new Promise<void>((resolve) => {
        peer.addEventListener('icegatheringstatechange', () => {
          if (peer.iceGatheringState === 'complete') resolve();
        });
      });
    }
    return peer.localDescription?.sdp ?? '';
  }

  return {
    async offer() {
      await peer.setLocalDescription(await peer.createOffer());
      return await described();
    },
    async answer(sdp) {
      await peer.setRemoteDescription({ type: 'offer', sdp });
      await peer.setLocalDescription(await peer.createAnswer());
      return await described();
    },
    async accept(sdp) {
      await peer.setRemoteDescription({ type: 'answer', sdp });
    },
    async send(bytes) {
      await opened;
      const done = once(channel, 'message');
      const message = new Uint8Array(MESSAGE_BYTES);
      const start = performance.now();
      for (let sent = 0; sent < bytes; sent += MESSAGE_BYTES) {
        if (channel.bufferedAmount > HIGH_WATER_BYTES) await once(channel, 'bufferedamountlow');
        channel.send(message);
      }
      await done;
      return performance.now() - start;
    },
    async receive(bytes) {
      await opened;
      await new Promise<void>((resolve) => {
        let received = 0;
        channel.onmessage = (event: MessageEvent<ArrayBuffer>) => {
          received += event.data.byteLength;
          if (received < bytes) return;
          channel.onmessage = null;
          channel.send('done');
          resolve();
        };
      });
    },
  };
}

function once(target: EventTarget, type: string): Promise<Event> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}
