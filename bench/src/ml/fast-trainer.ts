import { BackendError } from '@tabgrid/ml/nn/backend-error';
import { createTfjsTrainer } from '@tabgrid/ml/nn/tfjs-trainer';
import type { Trainer } from '@tabgrid/ml/nn/trainer';

/** tfjs on wasm, as most pages find it the fastest for nets as small as ours; on the cpu where there is none. */
export async function fastTrainer(): Promise<Trainer> {
  try {
    return await createTfjsTrainer('wasm');
  } catch (error) {
    if (error instanceof BackendError) return await createTfjsTrainer('cpu');
    throw error;
  }
}
