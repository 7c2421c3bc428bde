/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const GBUFFER_VERSION = 'b5a704c4cf8d';
