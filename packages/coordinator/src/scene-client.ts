import * as Comlink from 'comlink';
import { UserError } from './api.js';
import type { FilmEncoder, ScenePreparer, WorldReader } from './deps.js';
import type { SceneWorkerApi } from './scene-reader.js';

export interface SceneClient extends ScenePreparer, FilmEncoder, WorldReader {
  /** Ends the Worker. What it was at fails. */
  close(): void;
}

/** The little of a Worker that is needed here. */
export interface SceneWorker extends Comlink.Endpoint {
  terminate(): void;
}

/** The page's side of the scene Worker. The Worker starts with the first question, and anew after it died. */
export function createSceneWorker(spawn: () => SceneWorker = spawnSceneWorker): SceneClient {
  let running: {
    readonly worker: SceneWorker;
    readonly api: Comlink.Remote<SceneWorkerApi>;
    readonly died: Promise<never>;
  } | null = null;

  const start = () => {
    const worker = spawn();
    const died = new Promise<never>((_, reject) => {
      // An exception of the Worker's own, or memory that it did not get: it never answers again.
      worker.addEventListener('error', (event: Event) => {
        stop();
        const told = 'message' in event && typeof event.message === 'string' ? event.message : '';
        const why = told || 'it ran out of memory';
        reject(new UserError(`The part of this page that reads scenes failed (${why}). Try a smaller scene.`));
      });
    });
    died.catch(() => {});
    running = { worker, api: Comlink.wrap<SceneWorkerApi>(worker), died };
    return running;
  };

  const stop = () => {
    running?.worker.terminate();
    running = null;
  };

  return {
    async prepare(input, setting) {
      const { api, died } = running ?? start();
      const answer = await Promise.race([api.prepare(input, setting), died]);
      if (answer.kind === 'refused') throw new UserError(answer.message);
      return answer.scene;
    },
    async encode(film, as) {
      const { api, died } = running ?? start();
      return await Promise.race([api.encode(Comlink.transfer(film, [film.rgb.buffer]), as), died]);
    },
    async read(input) {
      const { api, died } = running ?? start();
      const answer = await Promise.race([api.world(input), died]);
      if (answer.kind === 'refused') throw new UserError(answer.message);
      return answer.world;
    },
    async write(world, trajectory, format) {
      const { api, died } = running ?? start();
      return await Promise.race([api.writeTrajectory(world, trajectory, format), died]);
    },
    close: stop,
  };
}

/** Written so that bundlers see the Worker's module. */
function spawnSceneWorker(): Worker {
  return new Worker(new URL('./scene-worker.ts', import.meta.url), { type: 'module', name: 'scenes' });
}
