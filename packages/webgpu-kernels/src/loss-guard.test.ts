import { expect, it } from 'vitest';
import { GpuLostError } from './gpu-session.js';
import { createLossGuard } from './loss-guard.js';

const lostError = new GpuLostError('gone');

it('passes values and errors through while the device lives', async () => {
  const guard = createLossGuard();
  await expect(guard(Promise.resolve(1))).resolves.toBe(1);
  await expect(guard(Promise.reject(new Error('own')))).rejects.toThrow('own');
});

it('rejects what is pending, and everything after', async () => {
  const guard = createLossGuard();
  const pending = guard(new Promise(() => {}));
  guard.lose(lostError);
  await expect(pending).rejects.toBe(lostError);
  await expect(guard(Promise.resolve(1))).rejects.toBe(lostError);
  await expect(guard(Promise.reject(new Error('own')))).rejects.toBe(lostError);
});

it('lets a loss win over a value that arrives with it: what a lost device says is not to be believed', async () => {
  const guard = createLossGuard();
  let resolve: (x: number) => void = () => {};
  const value = guard(
    new Promise<number>((r) => {
      resolve = r;
    }),
  );
  resolve(0);
  guard.lose(lostError);
  await expect(value).rejects.toBe(lostError);
});

it('keeps the first reason', async () => {
  const guard = createLossGuard();
  guard.lose(lostError);
  guard.lose(new GpuLostError('again'));
  await expect(guard(Promise.resolve(1))).rejects.toBe(lostError);
});
