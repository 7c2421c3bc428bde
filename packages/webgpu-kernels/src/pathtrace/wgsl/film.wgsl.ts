/** The canary word: the same chain of hashes as in ../film.ts. */
export const FILM = /* wgsl */ `
fn canaryOf() -> u32 {
  var words = array<u32, 11>(
    task.filmWidth, task.filmHeight, task.tile.x, task.tile.y, task.tile.z, task.tile.w,
    task.firstSample, task.sampleCount, task.block, task.bounces, task.seed,
  );
  var h = 0x74616267u;
  for (var i = 0u; i < 11u; i++) {
    h = lowbias32(h ^ words[i]);
  }
  return h;
}
`;
