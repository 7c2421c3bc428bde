import { AssetError } from '../asset-error.js';

/** A file that breaks the rules of glTF: only who wrote it can mend it. */
export function broken(what: string): AssetError {
  return new AssetError(`The glTF is broken: ${what}. Export the model again.`);
}

/** An index that points nowhere. */
export function dangling(where: string, what: string, index: number): AssetError {
  return broken(`${where} refers to ${what} ${index}, which does not exist`);
}
