import { expect, it } from 'vitest';
import { createStorage, setUpPage } from './testing/set-up-page.js';
import { FIRST_TONE } from './tone-actions.js';

it('a tone is changed in parts, kept within bounds, and remembered', () => {
  const storage = createStorage();
  const { page } = setUpPage({ storage });
  expect(page.tone.value).toEqual(FIRST_TONE);
  page.setTone({ exposure: 1.5 });
  page.setTone({ curve: 'agx' });
  expect(page.tone.value).toEqual({ curve: 'agx', exposure: 1.5 });
  expect(setUpPage({ storage }).page.tone.value).toEqual({ curve: 'agx', exposure: 1.5 });
  page.setTone({ exposure: 99 });
  expect(page.tone.value.exposure).toBe(16);
  page.setTone({ exposure: Number.NaN });
  expect(page.tone.value.exposure).toBe(16);
});
