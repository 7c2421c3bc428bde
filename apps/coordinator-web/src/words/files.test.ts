import { describe, expect, it } from 'vitest';
import { sortFiles } from './files.js';

const files = (...names: string[]) => names.map((name) => ({ name }));

describe('sortFiles', () => {
  it('finds the scene, what belongs to it, and the light', () => {
    const sorted = sortFiles(files('Room.GLTF', 'room.bin', 'wall.PNG', 'sky.hdr'));
    expect(sorted.scene?.name).toBe('Room.GLTF');
    expect(sorted.resources.map((f) => f.name)).toEqual(['room.bin', 'wall.PNG']);
    expect(sorted.environment?.name).toBe('sky.hdr');
    expect(sorted.problem).toBeNull();
  });

  it('takes a light alone', () => {
    expect(sortFiles(files('sky.hdr'))).toMatchObject({ scene: null, problem: null });
  });

  it.each([
    [['a.glb', 'b.glb'], 'These are 2 scenes'],
    [['a.hdr', 'b.hdr'], 'These are 2 environments'],
    [['a.glb', 'notes.txt'], '“notes.txt” is neither'],
    [['noending'], '“noending” is neither'],
    [['wall.png'], 'belong to a .gltf'],
  ])('%j: says what to do', (names, words) => {
    expect(sortFiles(files(...names)).problem).toContain(words);
  });

  it('has nothing to say about nothing', () => {
    expect(sortFiles([])).toEqual({ scene: null, resources: [], environment: null, problem: null });
  });
});
