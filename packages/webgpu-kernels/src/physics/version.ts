/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const PHYSICS_VERSION = '59b3c258d0a5';
