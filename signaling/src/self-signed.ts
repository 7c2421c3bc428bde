import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { readPrivate, writePrivate } from './kept-file.js';

export interface Tls {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;

/** Browsers take nothing much longer even when a person trusts it. */
const VALID_DAYS = 365;
const RENEW_DAYS = 14;

/**
 * The self-signed certificate of the state folder: kept, so that a browser's exception for it lasts, and made anew when
 * it nears its end or lacks one of the names.
 * @param names host names and addresses that browsers will use
 * @param nowMs wall-clock time, ms since 1970
 */
export async function selfSigned(stateDir: string, names: readonly string[], nowMs: number): Promise<Tls> {
  const path = join(stateDir, 'self-signed.pem');
  const kept = await readPrivate(path);
  const known = kept === null ? null : parts(kept);
  if (known && covers(known.cert, names, nowMs)) return known;
  const made = await generate([{ name: 'commonName', value: 'tabgrid' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - DAY_MS), // clocks differ
    notAfterDate: new Date(nowMs + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  await writePrivate(path, `${made.cert.trim()}\n${made.private.trim()}\n`);
  return { cert: made.cert, key: made.private };
}

/** Takes certificate and key out of one PEM file; null when they are not both there. */
function parts(pem: string): Tls | null {
  const cert = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0];
  const key = /-----BEGIN (?:EC )?PRIVATE KEY-----[^-]+-----END (?:EC )?PRIVATE KEY-----/.exec(pem)?.[0];
  return cert === undefined || key === undefined ? null : { cert, key };
}

function covers(pem: string, names: readonly string[], nowMs: number): boolean {
  let cert: X509Certificate;
  try {
    cert = new X509Certificate(pem);
  } catch {
    return false;
  }
  if (Date.parse(cert.validTo) - nowMs < RENEW_DAYS * DAY_MS) return false;
  return names.every((name) => (isIP(name) ? cert.checkIP(name) : cert.checkHost(name)) !== undefined);
}
