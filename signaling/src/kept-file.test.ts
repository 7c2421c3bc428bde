import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandHome, readGiven, readPrivate, writePrivate } from './kept-file.js';
import { checkSecret, keptSecret } from './secret.js';
import { SettingError } from './setting.js';
import { temporaryFolder } from './test-support.js';

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe('private files', () => {
  it('are their owner’s alone, in a folder that is too, and whole', async () => {
    const folder = join(await temporaryFolder(), 'state');
    const path = join(folder, 'file');
    await writePrivate(path, 'first');
    expect([await mode(folder), await mode(path)]).toEqual(['700', '600']);
    await writePrivate(path, 'second');
    expect(await readPrivate(path)).toBe('second');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('are null when they are not there', async () => {
    expect(await readPrivate(join(await temporaryFolder(), 'none'))).toBeNull();
  });

  it('are refused when others can read them', async () => {
    const path = join(await temporaryFolder(), 'open');
    await writeFile(path, 'seen by all');
    await chmod(path, 0o644);
    await expect(readPrivate(path)).rejects.toThrow(`chmod 600 ${path}`);
  });

  it('say which folder cannot be written, and how to choose another', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(writePrivate(join(folder, 'file', 'below'), '')).rejects.toThrow('--state-dir');
    await expect(writePrivate(join(folder, 'file', 'below'), '')).rejects.toThrow(SettingError);
  });
});

describe('given files', () => {
  it('are read, and missing ones named with their setting', async () => {
    const path = join(await temporaryFolder(), 'given');
    await writeFile(path, 'text');
    expect(await readGiven('--cert', path)).toBe('text');
    await expect(readGiven('--cert', `${path}x`)).rejects.toThrow(
      `--cert: cannot read ${path}x: there is no such file`,
    );
  });

  it('may lie under ~', () => {
    expect(expandHome('~')).toBe(homedir());
    expect(expandHome('~/.tabgrid')).toBe(join(homedir(), '.tabgrid'));
    expect(expandHome('/a/~')).toBe('/a/~');
  });
});

describe('the kept secret', () => {
  it('is made once, at random, and found again', async () => {
    const [one, other] = [await temporaryFolder(), await temporaryFolder()];
    const made = await keptSecret(one);
    expect(made).toMatchObject({ path: join(one, 'secret'), fresh: true });
    expect(made.secret).toMatch(/^[\w-]{43}$/);
    expect(await mode(made.path)).toBe('600');
    expect(await keptSecret(one)).toEqual({ ...made, fresh: false });
    expect((await keptSecret(other)).secret).not.toBe(made.secret);
  });

  it('is not replaced when it is damaged or open to others', async () => {
    const folder = await temporaryFolder();
    await writePrivate(join(folder, 'secret'), 'short');
    await expect(keptSecret(folder)).rejects.toThrow('at least 16 characters');
    await mkdir(join(folder, 'b'), { mode: 0o700 });
    await writeFile(join(folder, 'b', 'secret'), 'x'.repeat(43), { mode: 0o644 });
    await expect(keptSecret(join(folder, 'b'))).rejects.toThrow('chmod 600');
  });

  it('needs some length wherever it comes from', () => {
    expect(checkSecret('--secret', ` ${'x'.repeat(16)}\n`)).toBe('x'.repeat(16));
    expect(() => checkSecret('--secret', 'x'.repeat(15))).toThrow('--secret: a secret needs at least 16 characters');
  });
});
