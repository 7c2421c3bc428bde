import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './network.js';
import { loadOriginTable, NO_ORIGINS, parseOriginTable } from './origin-table.js';
import { SettingError } from './setting.js';
import { temporaryFolder } from './test-support.js';

const row = (...cells: (string | number)[]) => cells.join('\t');

/** Made up, from the addresses set aside for documentation. */
const TABLE = [
  '# first\tlast\tnumber\tregion\tname',
  row('192.0.2.0', '192.0.2.127', 64500, 'FR', 'EXAMPLE-NET - Example'),
  row('192.0.2.128', '192.0.2.255', 0, 'None', 'Not routed'),
  row('198.51.100.0', '198.51.100.255', 'AS64501', 'DE', ''),
  '',
  row('2001:db8::', '2001:db8:0:ffff:ffff:ffff:ffff:ffff', 64502, 'BR', 'SIX'),
  row('2001:db8:2::', '2001:db8:2::ff', 64503, '', 'SEVEN'),
].join('\r\n');

const found = (text: string, table = TABLE) => {
  const address = parseAddress(text);
  if (!address) throw new Error(`not an address: ${text}`);
  return parseOriginTable(table).find(address);
};

describe('the table of origins', () => {
  it('knows region and provider of the addresses in its ranges, ends included', () => {
    const example = { region: 'FR', provider: 'AS64500 EXAMPLE-NET - Example' };
    for (const address of ['192.0.2.0', '192.0.2.77', '192.0.2.127', '::ffff:192.0.2.5']) {
      expect(found(address), address).toEqual(example);
    }
    expect(found('198.51.100.9')).toEqual({ region: 'DE', provider: 'AS64501' });
    for (const address of ['2001:db8::', '2001:db8::1', '2001:db8:0:ffff:ffff:ffff:ffff:ffff']) {
      expect(found(address), address).toEqual({ region: 'BR', provider: 'AS64502 SIX' });
    }
    expect(found('2001:db8:2::ff')).toEqual({ region: null, provider: 'AS64503 SEVEN' });
  });

  it('says that nobody knows of what is in no range, and of what is not routed', () => {
    const unknown = ['0.0.0.0', '192.0.1.255', '192.0.2.200', '192.0.3.0', '255.255.255.255', '::', '2001:db8:1::'];
    for (const address of [...unknown, '2001:db8:2::100', 'ffff::']) {
      expect(found(address), address).toEqual({ region: null, provider: null });
    }
    const address = parseAddress('192.0.2.1');
    expect(address && NO_ORIGINS.find(address)).toEqual({ region: null, provider: null });
  });

  it('does not take an IPv4 address for the low end of IPv6', () => {
    expect(found('::c000:201')).toEqual({ region: null, provider: null });
  });

  it('cuts names to what the wire takes', () => {
    const { provider, region } = found('192.0.2.1', row('192.0.2.0', '192.0.2.9', 1, 'R'.repeat(99), 'N'.repeat(999)));
    expect([provider?.length, region?.length]).toEqual([64, 64]);
  });

  it('finds what a search from row to row would', () => {
    const edges = fc.uniqueArray(fc.nat({ max: 65_535 }), { minLength: 2, maxLength: 40 });
    const address = (n: number) => `10.1.${n >> 8}.${n & 255}`;
    fc.assert(
      fc.property(edges, fc.nat({ max: 65_535 }), (list, asked) => {
        const sorted = [...list].sort((a, b) => a - b);
        const ranges = sorted.flatMap((from, i) => (i % 2 === 0 ? [{ from, to: sorted[i + 1] ?? from }] : []));
        const table = ranges.map(({ from, to }, i) => row(address(from), address(to), i + 1, 'XX', '')).join('\n');
        const at = ranges.findIndex(({ from, to }) => from <= asked && asked <= to);
        expect(found(address(asked), table).provider).toBe(at < 0 ? null : `AS${at + 1}`);
      }),
    );
  });
});

describe('a broken table', () => {
  const broken: Readonly<Record<string, readonly [table: string, says: string]>> = {
    'no rows': ['# nothing\n\n', 'no rows'],
    'no addresses': [`${row('192.0.2.0', '192.0.2.9', 1, 'FR', '')}\nhello`, 'line 2: it does not begin with'],
    'a range of two families': [row('192.0.2.0', '2001:db8::', 1, 'FR', ''), 'line 1: it does not begin with'],
    'commas for tabs': ['192.0.2.0,192.0.2.9,1,FR,x', 'line 1: it does not begin with'],
    'no number': [row('192.0.2.0', '192.0.2.9', 'FR', 1), 'line 1: "FR" is not the number'],
    'a range that ends before it begins': [row('192.0.2.9', '192.0.2.0', 1, 'FR', ''), 'ends before it begins'],
    'ranges out of order': [
      [row('192.0.2.8', '192.0.2.9', 1, 'FR', ''), row('192.0.2.0', '192.0.2.1', 1, 'FR', '')].join('\n'),
      'line 2: the range does not lie behind',
    ],
    'ranges that overlap': [
      [row('2001:db8::', '2001:db8::9', 1, '', ''), row('2001:db8::9', '2001:db8::f', 1, '', '')].join('\n'),
      'line 2: the range does not lie behind',
    ],
  };
  for (const [what, [table, says]] of Object.entries(broken)) {
    it(`with ${what} is refused, with the line`, () => {
      expect(() => parseOriginTable(table)).toThrow(says);
      expect(() => parseOriginTable(table)).toThrow(SettingError);
    });
  }

  it('is named with its setting and its file', async () => {
    const path = join(await temporaryFolder(), 'table.tsv');
    await expect(loadOriginTable('--origin-table', path)).rejects.toThrow('--origin-table: cannot read');
    await writeFile(path, 'x');
    await expect(loadOriginTable('--origin-table', path)).rejects.toThrow(`--origin-table: ${path}: line 1: `);
    await writeFile(path, TABLE);
    const address = parseAddress('192.0.2.1');
    expect(address && (await loadOriginTable('--origin-table', path)).find(address).region).toBe('FR');
  });
});
