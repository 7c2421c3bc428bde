import { expect, it } from 'vitest';
import { signalingUrl } from './signaling-url.js';

it.each([
  ['http://localhost:8080/peer/#room=x', 'ws://localhost:8080/signal'],
  ['https://grid.example/peer/?a=b', 'wss://grid.example/signal'],
  ['https://grid.example:8443/embed/frame', 'wss://grid.example:8443/signal'],
])('%s signals at %s', (href, url) => {
  expect(signalingUrl(href)).toBe(url);
});
