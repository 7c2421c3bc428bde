import type { RecordStore } from '@tabgrid/store/ports';
import type { VariantMemory, VariantOwner } from '@tabgrid/webgpu-kernels/variant-memory';
import * as v from 'valibot';

/** What a page remembers of its GPU: one record a kernel and adapter class, which a new version of the kernel replaces. */

const Kept = v.strictObject({ version: v.string(), variant: v.pipe(v.string(), v.maxLength(100)) });

/**
 * @param open the records, asked for once, when something is looked up; without them nothing outlives the page
 */
export function createVariantStore(open: () => Promise<RecordStore>): VariantMemory {
  const here = new Map<string, v.InferOutput<typeof Kept>>();
  let opened: Promise<RecordStore> | null = null;
  const records = () => {
    opened ??= open();
    return opened;
  };
  return {
    async recall(owner) {
      const key = keyOf(owner);
      const stored =
        here.get(key) ??
        (await records()
          .then((store) => store.get('settings', key))
          .catch(() => null));
      const kept = v.safeParse(Kept, stored);
      return kept.success && kept.output.version === owner.version ? kept.output.variant : null;
    },
    async keep(owner, variant) {
      const kept = { version: owner.version, variant };
      here.set(keyOf(owner), kept);
      await records()
        .then((store) => store.put('settings', keyOf(owner), kept))
        .catch(() => {});
    },
  };
}

function keyOf({ kind, adapter }: VariantOwner): string {
  return `variant/${JSON.stringify([kind, adapter.vendor, adapter.architecture, adapter.description, adapter.browser])}`;
}
