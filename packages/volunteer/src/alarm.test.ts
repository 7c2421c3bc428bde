import { describe, expect, it } from 'vitest';
import { createAlarm } from './alarm.js';
import { createDeferred } from './deferred.js';

describe('an alarm', () => {
  it('lets works end as they do while it is silent', async () => {
    const alarm = createAlarm<string>();
    expect(await alarm.during(Promise.resolve(1), () => 2)).toBe(1);
    await expect(alarm.during(Promise.reject(new Error('own')), () => 2)).rejects.toThrow('own');
  });

  it('ends every work that is on when it rings, and each that begins later', async () => {
    const alarm = createAlarm<string>();
    const never = createDeferred<string>();
    const works = [1, 2].map(() => alarm.during(never.promise, (value) => `${value}!`));
    alarm.ring('loss');
    alarm.ring('twice');
    expect(await Promise.all(works)).toEqual(['loss!', 'loss!']);
    expect(await alarm.during(Promise.resolve('late'), (value) => value)).toBe('loss');
  });

  it('rejects with what the answer to it throws', async () => {
    const alarm = createAlarm<string>();
    const work = alarm.during(createDeferred<number>().promise, (reason) => {
      throw new Error(reason);
    });
    alarm.ring('gone');
    await expect(work).rejects.toThrow('gone');
  });

  it('asks nothing of a work that ended before', async () => {
    const alarm = createAlarm<string>();
    let asked = 0;
    await alarm.during(Promise.resolve(1), () => ++asked);
    alarm.ring('late');
    expect(asked).toBe(0);
  });
});
