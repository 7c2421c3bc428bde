import { CONTACT_WORDS, OWN, type Part, type Places } from './state.js';
import type { PhysicsParams } from './task.js';

/** Contacts that there is room for in a result, a body, beside twice those that it begins with. */
const ROOM = { spheres: 16, boxes: 48 };

/** A whole world as one part, which watches nobody, and a task of it. Not parsed: a result may be larger here than what a link takes. */
export function wholeTask(
  { places, contacts }: Places,
  { bodies, boxes, ...span }: Pick<PhysicsParams, 'bodies' | 'boxes' | 'halvings' | 'substeps' | 'every'>,
): { readonly part: Part; readonly params: PhysicsParams } {
  const count = contacts.length / CONTACT_WORDS;
  return {
    part: {
      ids: Int32Array.from({ length: bodies }, (_, i) => i),
      owned: new Uint8Array(bodies).fill(OWN),
      ...{ watches: [], places, contacts },
    },
    params: {
      ...{ bodies, own: bodies, contacts: count, boxes, neighbours: 0, ...span },
      ...{ hop: 1, fastest: 2 ** 30, only: null, room: 2 * count + (boxes ? ROOM.boxes : ROOM.spheres) * bodies },
    },
  };
}
