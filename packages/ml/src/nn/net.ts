/**
 * A small fully connected network as plain numbers: tanh between layers, nothing after the last. Evaluated here in typed arrays,
 * trained behind the `Trainer` port.
 *
 * Weights lie in one array, layer by layer: the kernel row-major as [inputs][outputs], then the biases.
 */
export interface NetShape {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
}

/** [inputs, outputs] of each layer. */
export function layersOf({
  inputs,
  hidden,
  outputs,
}: NetShape): readonly (readonly [inputs: number, outputs: number])[] {
  const widths = [inputs, ...hidden, outputs];
  return widths.slice(1).map((width, i) => [widths[i] ?? 0, width]);
}

/** How many weights a net of this shape has. */
export function weightCount(shape: NetShape): number {
  return layersOf(shape).reduce((sum, [inputs, outputs]) => sum + (inputs + 1) * outputs, 0);
}

/**
 * Glorot-uniform kernels and zero biases; the last layer is zero altogether, so that an untrained net answers 0 whatever it
 * is asked, and a model built on a baseline begins as that baseline.
 * @param next uniform in [0, 1)
 */
export function initialWeights(shape: NetShape, next: () => number): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(weightCount(shape));
  const layers = layersOf(shape);
  let at = 0;
  for (const [i, [inputs, outputs]] of layers.entries()) {
    const bound = i === layers.length - 1 ? 0 : Math.sqrt(6 / (inputs + outputs));
    for (let k = 0; k < inputs * outputs; k++) weights[at + k] = bound * (2 * next() - 1);
    at += (inputs + 1) * outputs;
  }
  return weights;
}

/** Answers with the net's outputs; the array that comes back is overwritten by the next call. */
export type Evaluate = (input: ArrayLike<number>) => Float32Array;

/** @throws RangeError when the weights are not of that shape */
export function createEvaluate(shape: NetShape, weights: Float32Array): Evaluate {
  if (weights.length !== weightCount(shape)) {
    throw new RangeError(`${weights.length} weights for a net of ${weightCount(shape)}`);
  }
  const layers = prepared(shape, weights);
  const result = layers.at(-1)?.outputs ?? new Float32Array(0);
  const first: Float32Array = new Float32Array(shape.inputs);
  return (input) => {
    let from = first;
    // What is in 32 bits already needs no copy.
    if (input instanceof Float32Array && input.length === first.length) from = input;
    else for (let i = 0; i < first.length; i++) first[i] = input[i] ?? 0;
    for (const layer of layers) {
      evaluateLayer(layer, from);
      from = layer.outputs;
    }
    return result;
  };
}

interface PreparedLayer {
  /** Row-major as [outputs][inputs]: a sum reads what lies side by side and stays in a register. */
  readonly rows: Float32Array;
  readonly biases: Float32Array;
  readonly outputs: Float32Array<ArrayBuffer>;
  readonly last: boolean;
}

function prepared(shape: NetShape, weights: Float32Array): readonly PreparedLayer[] {
  const layers = layersOf(shape);
  let at = 0;
  return layers.map(([inputs, outputs], l) => {
    const rows = new Float32Array(inputs * outputs);
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) rows[o * inputs + i] = weights[at + i * outputs + o] ?? 0;
    }
    const biases = weights.slice(at + inputs * outputs, at + (inputs + 1) * outputs);
    at += (inputs + 1) * outputs;
    return { rows, biases, outputs: new Float32Array(outputs), last: l === layers.length - 1 };
  });
}

function evaluateLayer({ rows, biases, outputs, last }: PreparedLayer, from: Float32Array): void {
  const inputs = from.length;
  let row = 0;
  for (let o = 0; o < outputs.length; o++) {
    // Four sums at once: each addition need not wait for the one before.
    let a = biases[o] ?? 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = 0;
    for (; i + 3 < inputs; i += 4) {
      a += (rows[row + i] ?? 0) * (from[i] ?? 0);
      b += (rows[row + i + 1] ?? 0) * (from[i + 1] ?? 0);
      c += (rows[row + i + 2] ?? 0) * (from[i + 2] ?? 0);
      d += (rows[row + i + 3] ?? 0) * (from[i + 3] ?? 0);
    }
    for (; i < inputs; i++) a += (rows[row + i] ?? 0) * (from[i] ?? 0);
    const sum = a + b + (c + d);
    // tanh by one exponential: far faster than Math.tanh, and as exact as 32 bits tell.
    outputs[o] = last ? sum : 1 - 2 / (Math.exp(2 * sum) + 1);
    row += inputs;
  }
}
