import { createPrivateKey, X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writePrivate } from './kept-file.js';
import { selfSigned } from './self-signed.js';
import { temporaryFolder } from './test-support.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const DAY = 86_400_000;
const NAMES = ['localhost', '127.0.0.1', '::1', 'grid.example.org'];

it('names every host and address, for a year, with its own key', async () => {
  const { cert, key } = await selfSigned(await temporaryFolder(), NAMES, NOW);
  const read = new X509Certificate(cert);
  expect(read.checkHost('grid.example.org')).toBe('grid.example.org');
  expect(read.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(read.checkIP('::1')).toBeDefined();
  expect(read.checkHost('example.org')).toBeUndefined();
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(Date.parse(read.validTo) - NOW).toBe(365 * DAY);
  expect(read.ca).toBe(false);
});

it('is kept, private, so that a browser’s exception lasts', async () => {
  const folder = await temporaryFolder();
  const made = await selfSigned(folder, NAMES, NOW);
  const kept = await selfSigned(folder, ['localhost', '::1'], NOW + 300 * DAY);
  expect(new X509Certificate(kept.cert).fingerprint256).toBe(new X509Certificate(made.cert).fingerprint256);
  expect(kept.key.trim()).toBe(made.key.trim());
  expect((await stat(join(folder, 'self-signed.pem'))).mode & 0o777).toBe(0o600);
});

it('is made anew near its end, for a new name, and when the file is damaged', async () => {
  const folder = await temporaryFolder();
  const print = async (names: string[], now: number) =>
    new X509Certificate((await selfSigned(folder, names, now)).cert).fingerprint256;
  const first = await print(NAMES, NOW);
  const second = await print(NAMES, NOW + 352 * DAY);
  const third = await print([...NAMES, '192.0.2.7'], NOW + 352 * DAY);
  expect(new Set([first, second, third]).size).toBe(3);
  for (const damage of ['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) {
    await writePrivate(join(folder, 'self-signed.pem'), damage);
    expect(await print(NAMES, NOW)).not.toBe(third);
  }
  await writePrivate(
    join(folder, 'self-signed.pem'),
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
  );
  expect(await print(NAMES, NOW)).not.toBe(third);
});
