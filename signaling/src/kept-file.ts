import { chmod, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { SettingError } from './setting.js';

/** Resolves `~` as a shell would. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** A file's text. @throws SettingError that names the setting and the file */
export async function readGiven(setting: string, path: string): Promise<string> {
  return readFile(expandHome(path), 'utf8').catch((error: unknown) => {
    throw new SettingError(`${setting}: cannot read ${path}: ${reason(error)}`);
  });
}

/** A file's text; null when there is none. @throws SettingError when it cannot be read, or others can read it */
export async function readPrivate(path: string): Promise<string | null> {
  try {
    // On Windows permissions say nothing.
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
      throw new SettingError(`${path} can be read by others; make it yours alone with: chmod 600 ${path}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof SettingError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new SettingError(`cannot read ${path}: ${reason(error)}`);
  }
}

/**
 * Writes a file that only its owner can read (0600, in a folder of 0700), whole or not at all.
 * @throws SettingError that says what to do when the folder cannot be written
 */
export async function writePrivate(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(partial, 'w', 0o600);
    try {
      await chmod(partial, 0o600); // the file may have been there, or the umask may be odd
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await unlink(partial).catch(() => {});
    throw new SettingError(`cannot write ${path}: ${reason(error)}. Choose another folder with --state-dir.`);
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : error.message;
}
