/** Dawn frees everything with its instance, devices in use included: it must not be collected. */
let instance: GPU | undefined;

/** Between Dawn's questions whether the GPU has got on. */
const ASK_EVERY_MS = 1;

/**
 * Dawn asks in every turn of the event loop, which takes a software GPU one of its cores (two fifths of all time on two cores). Its
 * callbacks are native functions; all others come as soon as ever.
 */
function askSeldom(): void {
  const soon = globalThis.setImmediate;
  const later = (callback: (...args: unknown[]) => void, ...args: unknown[]) =>
    /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(callback))
      ? setTimeout(callback, ASK_EVERY_MS, ...args)
      : soon(callback, ...args);
  globalThis.setImmediate = Object.assign(later, soon) as unknown as typeof soon;
}

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
      askSeldom();
    }
    return (await instance.requestAdapter()) ? instance : null;
  } catch {
    return null;
  }
}
