/** Predicted quantiles at 0.025, 0.5 and 0.975. */
export interface Quantiles {
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

/** c of `Loss`: softplus(0 + c) = 1. */
const SHIFT = Math.log(Math.E - 1);

const softplus = (x: number) => (x > 30 ? x : Math.log1p(Math.exp(x)));

/** Outputs of a net that was trained with the loss `quantiles`. They cannot cross. */
export function quantilesOf(outputs: ArrayLike<number>): Quantiles {
  const mid = outputs[0] ?? 0;
  return { low: mid - softplus((outputs[1] ?? 0) + SHIFT), mid, high: mid + softplus((outputs[2] ?? 0) + SHIFT) };
}

/** Loss of a predicted quantile (Koenker and Bassett 1978). @param level 0 to 1 */
export function pinball(observed: number, predicted: number, level: number): number {
  const above = observed - predicted;
  return above >= 0 ? level * above : (level - 1) * above;
}

/** Mean pinball loss of the three. */
export function quantileLoss(observed: number, { low, mid, high }: Quantiles): number {
  return (pinball(observed, low, 0.025) + pinball(observed, mid, 0.5) + pinball(observed, high, 0.975)) / 3;
}
