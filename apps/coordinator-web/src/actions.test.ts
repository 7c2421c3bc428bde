import { UserError } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { createActions, messageOf } from './actions.js';

/** An action that ends when told to. */
function slow() {
  const end: { resolve: () => void; reject: (error: Error) => void } = { resolve() {}, reject() {} };
  const promise = new Promise<void>((resolve, reject) => Object.assign(end, { resolve, reject }));
  return { end, action: () => promise };
}

describe('actions', () => {
  it('turn what is thrown, now or later, into the problem at their place', async () => {
    const actions = createActions(() => {});
    const now = await actions.run('launch', () => {
      throw new UserError('No scene.');
    });
    expect(now).toBe(false);
    expect(actions.problem.value).toEqual({ place: 'launch', message: 'No scene.' });
    await actions.run('past', () => Promise.reject(new UserError('Gone.')));
    expect(actions.problem.value).toEqual({ place: 'past', message: 'Gone.' });
  });

  it('take away a problem at their own place only', async () => {
    const actions = createActions(() => {});
    actions.refuse('scene', 'Not a scene.');
    expect(await actions.run('launch', () => {})).toBe(true);
    expect(actions.problem.value?.place).toBe('scene');
    await actions.run('scene', () => {});
    expect(actions.problem.value).toBeNull();
    actions.refuse('scene', 'Not a scene.');
    actions.forgive('job');
    expect(actions.problem.value).not.toBeNull();
    actions.forgive();
    expect(actions.problem.value).toBeNull();
  });

  it('are named while they take, and a quick one beside them changes nothing', async () => {
    const actions = createActions(() => {});
    const launch = slow();
    const launching = actions.run('launch', launch.action, 'launch');
    await actions.run('jobs', () => {});
    expect(actions.busy.value).toBe('launch');
    launch.end.resolve();
    await launching;
    expect(actions.busy.value).toBeNull();
  });

  it('leave the name of a later one when they end', async () => {
    const actions = createActions(() => {});
    const [png, exr] = [slow(), slow()];
    const first = actions.run('job', png.action, 'png');
    const second = actions.run('job', exr.action, 'exr');
    png.end.reject(new Error('full'));
    await first;
    expect(actions.busy.value).toBe('exr');
    exr.end.resolve();
    await second;
    expect(actions.busy.value).toBeNull();
  });

  it('say when they are over', async () => {
    let settled = 0;
    const actions = createActions(() => settled++);
    await actions.run('job', () => {});
    await actions.run('job', () => Promise.reject(new Error('x')));
    expect(settled).toBe(2);
  });
});

it('messageOf says more when it was nobody’s intention', () => {
  expect(messageOf(new UserError('Do this.'))).toBe('Do this.');
  expect(messageOf(new TypeError('x is undefined'))).toMatch(/x is undefined.*Reload/);
  expect(messageOf('odd')).toContain('odd');
});
