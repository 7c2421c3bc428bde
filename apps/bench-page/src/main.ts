import { createBareRenderer } from './bare.js';
import { createOwnerEnd, joinRoom } from './link-pair.js';
import { createRawChannel } from './raw-channel.js';

/** What `npm run bench` calls in this page. */
const benchPage = { createBareRenderer, createOwnerEnd, joinRoom, createRawChannel };

declare global {
  interface Window {
    benchPage: typeof benchPage;
  }
}

window.benchPage = benchPage;
