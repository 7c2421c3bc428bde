import * as v from 'valibot';
import { TimerOrder } from './worker-clock-order.js';

/** The Worker of `createWorkerClock`: sets timers as told, and says when they are due. It lives in a page of its own. */
const timers = new Map<number, ReturnType<typeof setTimeout>>();

self.addEventListener('message', (event: MessageEvent<unknown>) => {
  const order = v.safeParse(TimerOrder, event.data);
  if (!order.success) return;
  const { id, delay } = order.output;
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (delay === null) return;
  timers.set(
    id,
    setTimeout(() => {
      timers.delete(id);
      self.postMessage(id);
    }, delay),
  );
});
