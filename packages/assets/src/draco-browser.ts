import wasmUrl from 'draco3dgltf/draco_decoder_gltf.wasm?url';
import type { LoadDraco } from './gltf/compression/draco-module.js';

/** Draco's decoder in pages and Workers: a quarter of a megabyte, from the page's own origin, fetched when it is needed. */
export const loadDraco: LoadDraco = async () => {
  const [{ default: createDecoder }, response] = await Promise.all([
    import('draco3dgltf/draco_decoder_gltf_nodejs.js'),
    fetch(wasmUrl),
  ]);
  if (!response.ok) throw new Error(`${wasmUrl}: ${response.status}`);
  return await createDecoder({ wasmBinary: await response.arrayBuffer() });
};
