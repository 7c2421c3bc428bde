declare module 'draco3dgltf/draco_decoder_gltf_nodejs.js' {
  /** Without `wasmBinary` it reads the file beside it (Node). */
  const createDecoder: (options: {
    readonly wasmBinary?: ArrayBuffer;
  }) => Promise<import('./gltf/compression/draco-module.js').DracoModule>;
  export default createDecoder;
}

/** Beside the decoder the encoder, for tests; the glTF writer of the tests knows its form. */
declare module 'draco3dgltf' {
  const draco: { readonly createEncoderModule: (options?: object) => Promise<unknown> };
  export default draco;
}
