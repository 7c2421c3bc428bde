/** A command line that cannot be run; the message says what to correct. */
export class UsageError extends Error {
  override name = 'UsageError';
}
