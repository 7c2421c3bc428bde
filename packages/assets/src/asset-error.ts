/** A file that cannot be used. Its message is for a person: it names the problem and what to do. */
export class AssetError extends Error {
  override name = 'AssetError';
}

/** What a caught value says, for the tail of a message. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
