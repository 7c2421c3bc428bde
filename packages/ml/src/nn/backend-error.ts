/** A training backend could not be started, or is gone. Another one may go on from the last weights. */
export class BackendError extends Error {
  override name = 'BackendError';
}
