import { expect, it } from 'vitest';
import { type PageStorage, pageStorage } from './page-storage.js';

it('is the page’s own where the browser grants it', () => {
  const own: PageStorage = { getItem: () => 'kept', setItem: () => {}, removeItem: () => {} };
  expect(pageStorage(() => own)).toBe(own);
});

it('lasts as long as the page where asking throws', () => {
  const storage = pageStorage(() => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
  });
  expect(storage.getItem('a')).toBeNull();
  storage.setItem('a', '1');
  expect(storage.getItem('a')).toBe('1');
  storage.removeItem('a');
  expect(storage.getItem('a')).toBeNull();
});
