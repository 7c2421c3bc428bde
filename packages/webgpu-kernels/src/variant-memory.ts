import type { AdapterClass } from '@tabgrid/protocol/task';

/** Whose choice it is: another version of the kernel, or another adapter or browser, makes its own. */
export interface VariantOwner {
  readonly kind: string;
  readonly version: string;
  readonly adapter: AdapterClass;
}

/** Remembers from one visit to the next which variant of a kernel is the fastest on an adapter. */
export interface VariantMemory {
  /** The variant's name; null where none is remembered, or one of another version. */
  recall(owner: VariantOwner): Promise<string | null>;
  keep(owner: VariantOwner, variant: string): Promise<void>;
}
