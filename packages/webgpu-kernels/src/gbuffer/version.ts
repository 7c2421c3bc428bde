/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const GBUFFER_VERSION = '884bd64d0773';
