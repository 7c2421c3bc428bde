/** The Stanford bunny, closed and outward (npm `bunny`, public domain): about 10 units high, +Y up, looking to −X. */
declare module 'bunny' {
  const bunny: {
    readonly positions: readonly (readonly [number, number, number])[];
    readonly cells: readonly (readonly [number, number, number])[];
  };
  export default bunny;
}
