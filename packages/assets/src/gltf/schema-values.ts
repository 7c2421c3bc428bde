import * as v from 'valibot';

/** What glTF's JSON is made of. */

/** Entries in any one list. */
export const MAX_ENTRIES = 1_000_000;
/** Names are shown to people: the rest is cut off. */
const MAX_SHOWN_NAME = 64;

export const Index = v.pipe(v.number(), v.integer(), v.minValue(0));
export const Size = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
export const Finite = v.pipe(v.number(), v.finite());

/** A factor, moved into 0 to 1. */
export const Unit = v.pipe(
  Finite,
  v.transform((x: number) => Math.min(1, Math.max(0, x))),
);
export const NotNegative = v.pipe(
  Finite,
  v.transform((x: number) => Math.max(0, x)),
);
export const UnitColor = v.tuple([Unit, Unit, Unit]);
/** A colour whose channels may exceed 1. */
export const Color = v.tuple([NotNegative, NotNegative, NotNegative]);

export const Name = v.pipe(
  v.string(),
  v.transform((name: string) => name.slice(0, MAX_SHOWN_NAME)),
);

export const listOf = <T extends v.GenericSchema>(item: T) =>
  v.exactOptional(v.pipe(v.array(item), v.maxLength(MAX_ENTRIES)), []);
export const indices = listOf(Index);
export const numbers = (length: number) => v.pipe(v.array(Finite), v.length(length));

/** glTF's `extensions`, of which only those named here are read. */
export const extensions = <T extends v.ObjectEntries>(known: T) => v.exactOptional(v.object(known));
