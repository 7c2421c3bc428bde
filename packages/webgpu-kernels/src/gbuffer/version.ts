/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const GBUFFER_VERSION = '92b20e2c8627';
