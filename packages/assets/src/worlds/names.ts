/** Worlds that the program makes itself. */
export const BUILTIN_WORLDS = ['pile', 'clouds', 'dominoes', 'stack', 'pyramid'] as const;
export type BuiltinWorldName = (typeof BUILTIN_WORLDS)[number];

/** Bodies where no number is given. */
export const BUILTIN_BODIES: Readonly<Record<BuiltinWorldName, number>> = {
  pile: 2000,
  clouds: 2000,
  dominoes: 300,
  stack: 200,
  pyramid: 650,
};

export const MOST_BUILTIN_BODIES = 100_000;
