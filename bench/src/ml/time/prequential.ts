import type { Model } from '@tabgrid/ml/model';
import type { Trainer } from '@tabgrid/ml/nn/trainer';
import type { TimePart } from '@tabgrid/ml/time/part';
import { createTimePredictor, type TimePrediction } from '@tabgrid/ml/time/predict';
import type { BaselineAnswers, Baselines } from './baselines.js';
import type { Asked, Stream } from './stream.js';

/** One outcome, with everything that was said of it before it was known. */
export interface Row {
  readonly asked: Asked;
  readonly said: TimePrediction;
  readonly others: BaselineAnswers;
  readonly ms: number;
}

/** Outcomes between two rounds of training. */
const ROUND = 8;

/**
 * Goes through a stream as a coordinator would (prequentially: Dawid 1984): predicts at each assignment, learns at each end.
 * @returns the outcomes that were not cut, in the order of their ends
 */
export async function prequential(
  stream: Stream,
  model: Model<TimePart>,
  baselines: Baselines,
  trainer: Trainer,
  stepsARound = 8,
): Promise<readonly Row[]> {
  const open = new Map<number, { asked: Asked; said: TimePrediction; others: BaselineAnswers }>();
  const rows: Row[] = [];
  let predict = createTimePredictor(model.part());
  let ended = 0;
  for (const event of stream) {
    if (event.kind === 'asked') {
      const { features, plain, kernel, results, ageMs } = event;
      const said = predict(features, plain, kernel, results, ageMs);
      open.set(event.id, { asked: event, said, others: baselines.say(event) });
      continue;
    }
    const found = open.get(event.id);
    if (!found) continue;
    open.delete(event.id);
    const { asked, said, others } = found;
    const { at, ms, end } = event;
    const { volunteer, kernel, features, plain, results, ageMs } = asked;
    model.observe({ type: 'run', at, volunteer, kernel, features, plain, said, ms, end, results, ageMs });
    if (end === 'done') {
      rows.push({ asked, said, others, ms });
      baselines.learn(asked, others, ms);
    }
    if (++ended % ROUND === 0) {
      await model.train(trainer, stepsARound);
      predict = createTimePredictor(model.part());
    }
  }
  return rows;
}
