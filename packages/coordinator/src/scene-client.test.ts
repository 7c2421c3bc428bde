import { MessageChannel, type MessagePort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from './api.js';
import { createSceneWorker } from './scene-client.js';
import type { SceneWorkerApi } from './scene-reader.js';
import { preparedCornell } from './test-kit.js';
