/** Dawn frees everything with its instance, devices in use included: it must not be collected. */
let instance: GPU | undefined;

/**
 * WebGPU outside a browser, through Dawn (npm `webgpu`): for tests, benchmarks and machines without a browser. A process
 * that used it lingers; end it with `process.exit`.
 * @returns null where the package or a usable driver is missing
 */
export async function nodeGpu(): Promise<GPU | null> {
  try {
    if (!instance) {
      const { create, globals } = await import('webgpu');
      Object.assign(globalThis, globals);
      instance = create([]);
    }
    return (await instance.requestAdapter()) ? instance : null;
  } catch {
    return null;
  }
}
