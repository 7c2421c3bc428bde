/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const PATHTRACE_VERSION = '08e124921c2f';
