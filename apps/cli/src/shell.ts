/** Ends a command with an error: one line where the message was written for a person, the stack where it was not. */
export function exitWithError(error: unknown): never {
  const forPeople = error instanceof Error && ['UsageError', 'RenderError', 'NoBrowserError'].includes(error.name);
  console.error(forPeople ? `${error.message}` : error);
  process.exit(error instanceof Error && error.name === 'UsageError' ? 2 : 1);
}
