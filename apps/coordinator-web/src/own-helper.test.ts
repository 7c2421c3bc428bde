import { expect, it } from 'vitest';
import { createStorage, setUpPage } from './testing/set-up-page.js';

it('this computer helps by itself, and stays off once it was switched off', async () => {
  const storage = createStorage();
  const first = setUpPage({ storage });
  expect(first.volunteer.asked).toEqual(['configure {"intensity":0.8}', 'start']);
  await first.page.setHelper(false);
  expect(first.volunteer.asked.at(-1)).toBe('stop');
  const second = setUpPage({ storage });
  expect(second.volunteer.asked).toEqual(['configure {"intensity":0.8}']);
  expect(second.page.helperWanted.value).toBe(false);
});

it('how much of its GPU is lent is remembered', () => {
  const storage = createStorage();
  setUpPage({ storage }).page.setIntensity(0.3);
  expect(setUpPage({ storage }).page.helper.value.settings.intensity).toBe(0.3);
});

it('it is still wanted where it cannot run, for the next browser update', async () => {
  const storage = createStorage();
  const { page } = setUpPage({ storage, noGpu: 'No WebGPU here.' });
  await Promise.resolve();
  expect(page.helper.value.status).toEqual({ kind: 'failed', message: 'No WebGPU here.' });
  expect(setUpPage({ storage }).page.helperWanted.value).toBe(true);
});
