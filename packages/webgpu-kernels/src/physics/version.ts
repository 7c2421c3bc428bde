/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const PHYSICS_VERSION = 'cad8cb2b97b5';
