/** Hash of the kernel's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const PHYSICS_VERSION = '60c69b8c3dee';
