import type { Page } from 'playwright';

export interface Frames {
  readonly frames: number;
  /** Since counting began. */
  readonly ms: number;
  /** The longest time without one. */
  readonly longestMs: number;
}

/** Frames that a page draws from now on; asking ends it. A page behind others draws none. */
export async function countFrames(page: Page): Promise<() => Promise<Frames>> {
  // A method and no function of its own: what some compilers call functions by is not there in the page.
  const counter = await page.evaluateHandle(() => {
    const began = performance.now();
    const count = {
      ...{ began, last: began, frames: 0, longestMs: 0, over: false },
      frame() {
        if (count.over) return;
        const now = performance.now();
        count.frames++;
        count.longestMs = Math.max(count.longestMs, now - count.last);
        count.last = now;
        requestAnimationFrame(count.frame);
      },
    };
    requestAnimationFrame(count.frame);
    return count;
  });
  return () =>
    counter.evaluate((count) => {
      count.over = true;
      return { frames: count.frames, ms: performance.now() - count.began, longestMs: count.longestMs };
    });
}
