/** A path tracer that holds a scene, ours or a peer's, as the benchmark measures it. */

/** What all of them render alike. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Scatterings at most, as our kernel counts them: 1 is direct light. */
  readonly bounces: number;
}

export interface StartTimes {
  /** From the scene in the tracer's own objects to its acceleration structure and buffers. */
  readonly buildMs: number;
  /** Shaders and pipelines. */
  readonly compileMs: number;
  /** From the scene to the first sample of the whole frame, both of the above included. */
  readonly firstPixelMs: number;
}

export interface Throughput {
  readonly cameraSamples: number;
  readonly ms: number;
}

export interface Tracer {
  readonly start: StartTimes;
  /** Renders the whole frame again and again for about so long; the same number of samples for every pixel. */
  measure(budgetMs: number): Promise<Throughput>;
  /**
   * Renders from the first sample, with random numbers that no earlier picture had.
   * @returns mean linear RGB, rows from the top
   */
  picture(spp: number): Promise<Float32Array>;
  /** Changes the frame's size; pictures begin anew. */
  resize(width: number, height: number): Promise<void>;
  close(): void | Promise<void>;
}
