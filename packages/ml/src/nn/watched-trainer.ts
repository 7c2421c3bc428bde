import { BackendError } from './backend-error.js';
import type { Trainer } from './trainer.js';

/** A GPU that is gone may never answer, and a first compilation takes its time. */
const ANSWER_MS = 20_000;

/**
 * A trainer whose every failure of its own is a BackendError: what throws in a step beside a bad batch, weights that are no numbers
 * any more, and an answer that does not come.
 * @param after resolves so many milliseconds from now
 */
export function watchedTrainer(trainer: Trainer, after: (ms: number) => Promise<void>): Trainer {
  const failed = (error: unknown): BackendError =>
    error instanceof BackendError ? error : new BackendError(`${trainer.backend}: ${String(error)}`);
  return {
    backend: trainer.backend,
    memory: () => trainer.memory(),
    open(spec, weights) {
      const net = trainer.open(spec, weights);
      return {
        step(batch) {
          try {
            net.step(batch);
          } catch (error) {
            throw error instanceof RangeError ? error : failed(error);
          }
        },
        async weights() {
          const late = after(ANSWER_MS).then(() => {
            throw new BackendError(`${trainer.backend} does not answer`);
          });
          late.catch(() => {});
          const answer = await Promise.race([net.weights(), late]).catch((error: unknown) => {
            throw failed(error);
          });
          if (!answer.every(Number.isFinite)) throw new BackendError(`${trainer.backend} answers with no numbers`);
          return answer;
        },
        close: () => net.close(),
      };
    },
  };
}
