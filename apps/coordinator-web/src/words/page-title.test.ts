import { expect, it } from 'vitest';
import { aJob } from '../testing/samples.js';
import { aSimulation } from '../testing/simulation-samples.js';
import { pageTitle, simulationTitle } from './page-title.js';

it('tells from the tab how far the render is', () => {
  expect(pageTitle(null)).toBe('tabgrid dashboard');
  expect(pageTitle(aJob())).toBe('42 % · Bunny · tabgrid');
  expect(pageTitle(aJob({ state: 'paused' }))).toBe('Paused · Bunny · tabgrid');
  expect(pageTitle(aJob({ state: 'done', share: 1 }))).toBe('Done · Bunny · tabgrid');
});

it('tells from the tab how far the world is', () => {
  expect(simulationTitle(aSimulation())).toBe('25 % · Three things · tabgrid');
  expect(simulationTitle(aSimulation({ state: 'paused' }))).toBe('Paused · Three things · tabgrid');
  expect(simulationTitle(aSimulation({ state: 'done' }))).toBe('Done · Three things · tabgrid');
});
