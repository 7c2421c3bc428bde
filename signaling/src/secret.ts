import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readPrivate, writePrivate } from './kept-file.js';
import { SettingError } from './setting.js';

/** Shorter ones could be guessed from one token. */
export const MIN_SECRET_LENGTH = 16;

/** @throws SettingError when it is too short */
export function checkSecret(where: string, secret: string): string {
  const text = secret.trim();
  if (text.length >= MIN_SECRET_LENGTH) return text;
  throw new SettingError(`${where}: a secret needs at least ${MIN_SECRET_LENGTH} characters (openssl rand -base64 32)`);
}

/**
 * The secret that is kept in the state folder, made at the first start: owners stay owners when the server restarts.
 * @returns the secret, where it lies, and whether it is new
 * @throws SettingError
 */
export async function keptSecret(
  stateDir: string,
): Promise<{ readonly secret: string; readonly path: string; readonly fresh: boolean }> {
  const path = join(stateDir, 'secret');
  const kept = await readPrivate(path);
  if (kept !== null) return { secret: checkSecret(path, kept), path, fresh: false };
  const secret = randomBytes(32).toString('base64url');
  await writePrivate(path, `${secret}\n`);
  return { secret, path, fresh: true };
}
