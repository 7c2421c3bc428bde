/** How many attempts a volunteer may be advised to have. */
export const ACTIONS = [1, 2, 3, 4, 5, 6, 8, 10, 12] as const;

/** As the scheduler clamps it: advice moves a queue up to this multiple of what the policy wants. */
const MOST_ADVISED = 2;

/** How many of the actions, counted from the least, the scheduler would follow. @param usual what the policy wants */
export function allowedActions(usual: number): number {
  let count = 1;
  while (count < ACTIONS.length && (ACTIONS[count] ?? 0) <= MOST_ADVISED * usual) count++;
  return count;
}

/** Index of the action nearest to so many attempts; the lesser of two. */
export function nearestAction(attempts: number): number {
  let best = 0;
  for (const [i, action] of ACTIONS.entries()) {
    if (Math.abs(action - attempts) < Math.abs((ACTIONS[best] ?? 0) - attempts)) best = i;
  }
  return best;
}
