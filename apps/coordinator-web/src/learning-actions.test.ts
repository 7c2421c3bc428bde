import { UserError } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { LEARNING_EVERY_MS } from './learning-actions.js';
import { aLearningView } from './testing/learning-samples.js';
import { setUpPage } from './testing/set-up-page.js';

const aFile = (bytes: number) => new File([new Uint8Array(bytes)], 'learned.json');

describe('watching', () => {
  it('asks at once and once a second, only while somebody watches', async () => {
    const { page, coordinator, clock } = setUpPage();
    const asked = () => coordinator.asked.filter((what) => what === 'learning').length;
    await clock.advance(10 * LEARNING_EVERY_MS);
    expect(asked()).toBe(0);
    expect(page.learning.value).toBeNull();
    const stop = page.watchLearning();
    expect(asked()).toBe(1);
    await clock.advance(3 * LEARNING_EVERY_MS);
    expect(asked()).toBe(4);
    stop();
    await clock.advance(10 * LEARNING_EVERY_MS);
    expect(asked()).toBe(4);
  });

  it('asks once for all who watch, until the last has gone', async () => {
    const { page, coordinator, clock } = setUpPage();
    const [first, second] = [page.watchLearning(), page.watchLearning()];
    await clock.advance(LEARNING_EVERY_MS);
    expect(coordinator.asked).toEqual(['learning', 'learning']);
    first();
    first();
    await clock.advance(LEARNING_EVERY_MS);
    expect(coordinator.asked).toHaveLength(3);
    second();
    await clock.advance(5 * LEARNING_EVERY_MS);
    expect(coordinator.asked).toHaveLength(3);
  });

  it('shows what there is', async () => {
    const { page, coordinator, clock } = setUpPage();
    page.watchLearning();
    expect(page.learning.value?.outcomes).toBe(0);
    coordinator.showLearning(aLearningView());
    await clock.advance(LEARNING_EVERY_MS);
    expect(page.learning.value?.outcomes).toBe(2_412);
  });
});

describe('the switch', () => {
  it('takes effect at once', async () => {
    const { page } = setUpPage();
    page.watchLearning();
    await page.setLearning('shadow');
    expect(page.learning.value?.mode).toBe('shadow');
  });

  it('takes no other word, and asks nothing where nobody watches', async () => {
    const { page, coordinator } = setUpPage();
    await page.setLearning('perhaps');
    expect(coordinator.asked).toEqual([]);
    await page.setLearning('off');
    expect(coordinator.asked).toEqual(['setLearning off']);
  });
});

describe('keeping and dropping', () => {
  it('saves a file', async () => {
    const { page, saved } = setUpPage();
    const going = page.exportLearning();
    expect(page.busy.value).toBe('export learning');
    await going;
    expect(page.busy.value).toBeNull();
    expect(saved).toEqual(['tabgrid-learning.json application/json 4']);
  });

  it('hands an imported file over', async () => {
    const { page, coordinator } = setUpPage();
    await page.importLearning(aFile(3));
    expect(coordinator.asked).toEqual(['importLearning 3']);
    expect(page.problem.value).toBeNull();
  });

  it('says what is wrong with a file, in its own place', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.failNext(new UserError('That is no file of what was learned.'));
    await page.importLearning(aFile(3));
    expect(page.problem.value).toEqual({ place: 'learning', message: 'That is no file of what was learned.' });
  });

  it('reads no file that is absurdly large', async () => {
    const { page, coordinator } = setUpPage();
    const huge = aFile(1);
    Object.defineProperty(huge, 'size', { value: 2 ** 40 });
    await page.importLearning(huge);
    expect(coordinator.asked).toEqual([]);
    expect(page.problem.value?.message).toBe('learned.json is too large for a file of what was learned.');
  });

  it('forgets, and shows it', async () => {
    const { page, coordinator } = setUpPage();
    coordinator.showLearning(aLearningView({ mode: 'shadow' }));
    page.watchLearning();
    expect(await page.forgetLearning()).toBe(true);
    expect(page.learning.value).toMatchObject({ outcomes: 0, mode: 'shadow' });
    coordinator.failNext(new UserError('The store is locked.'));
    expect(await page.forgetLearning()).toBe(false);
  });
});
