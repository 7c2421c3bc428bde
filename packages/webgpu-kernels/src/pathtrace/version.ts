/** Hash of this folder's sources; renewed by `npm run -w packages/webgpu-kernels versions`. */
export const PATHTRACE_VERSION = '64d8675ecffb';
