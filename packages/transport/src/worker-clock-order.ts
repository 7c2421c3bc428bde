import * as v from 'valibot';

/** What the page tells the clock's Worker: set timer `id`, or with `delay` null, take it back. */
export const TimerOrder = v.strictObject({
  id: v.pipe(v.number(), v.integer(), v.minValue(0)),
  delay: v.nullable(v.pipe(v.number(), v.minValue(0))),
});
export type TimerOrder = v.InferOutput<typeof TimerOrder>;
