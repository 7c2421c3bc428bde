/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const DENOISE_VERSION = '26bce1f9ccaa';
