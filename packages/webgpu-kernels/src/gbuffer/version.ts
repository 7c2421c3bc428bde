/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const GBUFFER_VERSION = 'a3beb7f5392f';
