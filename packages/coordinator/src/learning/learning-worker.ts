import { createLearnerWorker } from '@tabgrid/ml/worker-client';
import type { LearningPort } from './learning.js';

/** Learning in a page: in a Worker of its own, which starts with the first question. */
export function createLearningWorker(navigator: Navigator, timeZoneMinutes: number): LearningPort {
  return {
    client: createLearnerWorker(),
    async machine() {
      const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
      const name = adapter ? `${adapter.info.vendor} ${adapter.info.architecture}` : 'no adapter';
      return `${navigator.userAgent}, ${navigator.hardwareConcurrency} cores, ${name}`;
    },
    timeZoneMinutes,
  };
}
