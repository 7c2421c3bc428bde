import createDecoder from 'draco3dgltf/draco_decoder_gltf_nodejs.js';
import type { LoadDraco } from './gltf/compression/draco-module.js';

/** Draco's decoder in Node, for tests and tools. Pages use `draco-browser.ts`. */
export const loadDraco: LoadDraco = () => createDecoder({});
