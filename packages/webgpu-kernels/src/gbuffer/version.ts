/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const GBUFFER_VERSION = '95cb6ca56b1d';
