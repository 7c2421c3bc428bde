import * as tf from '@tensorflow/tfjs';
import type { Loss } from './trainer.js';

/** The losses of the `Trainer` port, as what a step needs of them: their derivatives by the net's outputs. */

/** softplus(c) = 1: an output of 0 is a half-width of 1. */
export const WIDTH_OFFSET = Math.log(Math.E - 1);

/** By its quantile Q, the pinball loss of a target y rises by 1 − q where Q is above y, and falls by q where it is not. */
function pinballSlope(quantile: tf.Tensor, targets: tf.Tensor, level: number): tf.Tensor {
  return tf.sub(tf.cast(tf.less(targets, quantile), 'float32'), level);
}

function quantiles(outputs: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor {
  const [median, below, above] = tf.split(outputs, 3, 1);
  if (!median || !below || !above) throw new RangeError('quantiles are three outputs');
  const [a, b] = [tf.add(below, WIDTH_OFFSET), tf.add(above, WIDTH_OFFSET)];
  const low = pinballSlope(tf.sub(median, tf.softplus(a)), targets, 0.025);
  const middle = pinballSlope(median, targets, 0.5);
  const high = pinballSlope(tf.add(median, tf.softplus(b)), targets, 0.975);
  // The derivative of softplus is the logistic function.
  return tf.concat(
    [tf.add(tf.add(low, middle), high), tf.neg(tf.mul(low, tf.sigmoid(a))), tf.mul(high, tf.sigmoid(b))],
    1,
  );
}

/**
 * @param outputs of the net, [rows, outputs]
 * @param targets [rows, 1], or [rows, outputs] for `huber`
 * @param held for each target 1, or 0 where it does not count (and may be any finite number)
 * @returns [rows, outputs]
 */
export function lossGradient(loss: Loss, outputs: tf.Tensor2D, targets: tf.Tensor2D, held: tf.Tensor2D): tf.Tensor {
  switch (loss) {
    case 'quantiles':
      return quantiles(outputs, targets);
    case 'logistic':
      return tf.sub(tf.sigmoid(outputs), targets);
    case 'huber':
      return tf.mul(tf.clipByValue(tf.sub(outputs, targets), -1, 1), held);
  }
}
