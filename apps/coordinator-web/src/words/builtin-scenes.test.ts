import { expect, it } from 'vitest';
import { BUILTIN_SCENES, builtinOf, titleOf } from './builtin-scenes.js';

it('reads a form’s value back as the scene, and nothing else', () => {
  for (const scene of BUILTIN_SCENES) expect(builtinOf(scene.name)).toBe(scene.name);
  expect(builtinOf('')).toBeNull();
  expect(builtinOf('toString')).toBeNull();
});

it('gives built-in scenes their titles, and leaves files’ names alone', () => {
  expect(titleOf('cornell')).toBe('Cornell box');
  expect(titleOf('cornell.glb')).toBe('cornell.glb');
});
