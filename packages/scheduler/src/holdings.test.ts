import { describe, expect, it } from 'vitest';
import { createFixture, taskSpec, tid } from './fixture.js';

describe('what a volunteer is remembered to hold', () => {
  it('is bounded: the oldest is forgotten', () => {
    const f = createFixture();
    f.join('a');
    const blob = (n: number) => ({ id: n.toString(16).padStart(64, '0') as never, bytes: 10 });
    for (let i = 0; i < 100; i++) {
      f.add(taskSpec(`t${i}`, { inputs: Array.from({ length: 64 }, (_, k) => blob(64 * i + k)) }));
      f.finish(f.live(`t${i}`));
    }
    const { holds } = f.scheduler.snapshot().volunteers[0] ?? { holds: [] };
    expect(holds.length).toBeLessThanOrEqual(4096);
    expect(holds).toContain(blob(6399).id);
    expect(holds).not.toContain(blob(0).id);
  });

  it('is the output that it made, where others need it', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'), taskSpec('t2'));
    f.tell({ type: 'tasksAdded', tasks: [{ spec: taskSpec('t3'), after: [tid('t1')] }] });
    f.finish(f.live('t1'));
    f.finish(f.live('t2'));
    expect(f.scheduler.snapshot().volunteers[0]?.holds).toEqual(['output:t1']);
  });
});
