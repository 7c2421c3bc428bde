import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { accepts } from './http.js';
import { loadPages } from './pages.js';
import { folderOf } from './test-support.js';

const LONG = 'export const words = "the same again and again";\n'.repeat(100);
const FILES = {
  'coordinator-web/index.html': '<!doctype html><title>dashboard</title>',
  'peer-tab/index.html': '<!doctype html><title>peer</title>',
  'peer-tab/frame.html': '<!doctype html><title>frame</title>',
  'bench-page/index.html': '<!doctype html><title>bench</title>',
  'embed.js': LONG,
  'assets/main-abc123.js': LONG,
  'assets/picture-abc123.png': Buffer.alloc(5000),
  'favicon.svg': '<svg/>',
  'index.html': 'not served',
  '.sources': 'not served',
  'assets/.hidden/secret': 'not served',
};

describe('the pages', () => {
  it('are found at the addresses that people see', async () => {
    const pages = await loadPages(await folderOf(FILES), { bench: false });
    const titled = async (path: string) =>
      (await pages.find(path)?.body('identity'))?.toString().match(/<title>(\w+)/)?.[1];
    expect(await Promise.all(['/', '/peer', '/peer/', '/embed/frame'].map(titled))).toEqual([
      'dashboard',
      'peer',
      'peer',
      'frame',
    ]);
    expect(
      ['/', '/embed/frame', '/embed.js', '/embed/v1/embed.js', '/assets/main-abc123.js', '/favicon.svg'].map(
        (path) => pages.find(path)?.kind,
      ),
    ).toEqual(['page', 'frame', 'embed', 'embedVersion', 'asset', 'file']);
    expect(pages.find('/assets/picture-abc123.png')?.type).toBe('image/png');
  });

  it('are nothing else of the folder', async () => {
    const pages = await loadPages(await folderOf(FILES), { bench: false });
    for (const path of [
      '/index.html',
      '/.sources',
      '/coordinator-web/index.html',
      '/assets',
      '/assets/',
      '/assets/.hidden/secret',
      '/bench/',
      '/../pages/embed.js',
      '/assets/../embed.js',
      '/assets/%2e%2e/embed.js',
      '//embed.js',
      '/constructor',
      '',
    ]) {
      expect(pages.find(path), path).toBeUndefined();
    }
  });

  it('holds the bench page only when asked to', async () => {
    const pages = await loadPages(await folderOf(FILES), { bench: true });
    expect(pages.find('/bench/')?.kind).toBe('page');
  });

  it('makes do with what is there', async () => {
    const pages = await loadPages(await folderOf({ 'embed.js': 'x' }), { bench: true });
    expect(pages.find('/')).toBeUndefined();
    expect(pages.find('/embed.js')).toBeDefined();
    expect((await loadPages('/no/such/folder', { bench: false })).find('/')).toBeUndefined();
  });

  it('compresses long text, once, and nothing else', async () => {
    const pages = await loadPages(await folderOf(FILES), { bench: false });
    const script = pages.find('/assets/main-abc123.js');
    const [br, gzip] = [await script?.body('br'), await script?.body('gzip')];
    expect(brotliDecompressSync(br ?? '').toString()).toBe(LONG);
    expect(gunzipSync(gzip ?? '').toString()).toBe(LONG);
    expect(await script?.body('br')).toBe(br);
    expect(pages.find('/assets/picture-abc123.png')?.encodings).toEqual(['identity']);
    expect(pages.find('/')?.encodings).toEqual(['identity']); // too short to gain
  });

  it('has a tag that follows the content', async () => {
    const tag = async (content: string) =>
      (await loadPages(await folderOf({ 'embed.js': content }), { bench: false })).find('/embed.js')?.etag;
    expect(await tag('a')).toBe(await tag('a'));
    expect(await tag('a')).not.toBe(await tag('b'));
  });
});

describe('Accept-Encoding', () => {
  it('is believed, with its q=0', () => {
    expect(accepts('gzip, deflate, br', 'br')).toBe(true);
    expect(accepts('gzip;q=0.5, BR ; q=1', 'br')).toBe(true);
    expect(accepts('br;q=0, gzip', 'br')).toBe(false);
    expect(accepts('br;q=0.000', 'br')).toBe(false);
    expect(accepts('bread', 'br')).toBe(false);
    expect(accepts(undefined, 'gzip')).toBe(false);
    expect(accepts(undefined, 'identity')).toBe(true);
  });
});
