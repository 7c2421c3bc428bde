import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssetError } from '../asset-error.js';
import { readUri, safeRelativePath } from './resources.js';

describe('safeRelativePath', () => {
  it.each([
    ['a.bin', 'a.bin'],
    ['./textures/a%20b.png', 'textures/a b.png'],
    ['textures//a.png', 'textures/a.png'],
    ['100%.png', '100%.png'],
    ['a..b.png', 'a..b.png'],
  ])('reads %s as %s', (uri, path) => expect(safeRelativePath(uri)).toBe(path));

  it.each([
    '/etc/passwd',
    '../secret.bin',
    'a/../../secret.bin',
    '%2e%2e/secret.bin',
    'a\\..\\b',
    'https://example.org/a.bin',
    'file:///etc/passwd',
    'C:/a.bin',
    '//host/a.bin',
    'a%00.png',
    '.',
    '',
  ])('refuses %s', (uri) => expect(() => safeRelativePath(uri)).toThrow(AssetError));

  it('never leaves the folder, whatever it is given', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', '%2e', '%2f', 'a', ':', 'http', '%5c', '\0');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        let path: string;
        try {
          path = safeRelativePath(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(AssetError);
          return;
        }
        expect(path).not.toMatch(/^\/|\\|\0|(^|\/)\.\.(\/|$)/);
      }),
    );
  });
});

describe('readUri', () => {
  it('decodes data: URIs', () => {
    expect([...readUri('data:application/octet-stream;base64,AQID', undefined)]).toEqual([1, 2, 3]);
    expect([...readUri('data:,a%20b', undefined)]).toEqual([97, 32, 98]);
  });

  it('asks for a file beside the model by its plain path', () => {
    const asked: string[] = [];
    const bytes = readUri('./tex/a%20b.png', (path) => {
      asked.push(path);
      return Uint8Array.of(7);
    });
    expect(asked).toEqual(['tex/a b.png']);
    expect([...bytes]).toEqual([7]);
  });

  it.each([
    ['scene.bin', undefined, /"scene.bin" that this glTF refers to is missing/],
    ['scene.bin', () => null, /"scene.bin" that this glTF refers to is missing/],
    ['data:application/octet-stream;base64', undefined, /broken data: URI/],
    ['data:application/octet-stream;base64,%%%', undefined, /broken data: URI/],
  ])('says what is wrong with %s', (uri, resource, message) => {
    expect(() => readUri(uri, resource)).toThrow(AssetError);
    expect(() => readUri(uri, resource)).toThrow(message);
  });
});
