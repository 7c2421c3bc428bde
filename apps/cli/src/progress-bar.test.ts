import { expect, it } from 'vitest';
import { createProgressBar } from './progress-bar.js';

function sink(isTTY: boolean) {
  const written: string[] = [];
  return { written, out: { isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 } };
}

it('writes a line a tenth where nobody watches', () => {
  const { written, out } = sink(false);
  const bar = createProgressBar(out);
  for (const share of [0, 0.01, 0.05, 0.1, 0.15, 0.5, 1]) bar.show(share, 'x');
  bar.end();
  expect(written).toHaveLength(4);
  expect(written[0]).toBe(`${'░'.repeat(24)}   0 %  x\n`);
  expect(written[3]).toBe(`${'█'.repeat(24)} 100 %  x\n`);
});

it('writes over its own line on a terminal, and ends it', () => {
  const { written, out } = sink(true);
  const bar = createProgressBar(out);
  bar.show(0.5, 'half');
  bar.show(7, 'beyond');
  bar.end();
  expect(written[0]).toMatch(/^\r.*█{12}░{12} {2}50 % {2}half$/);
  expect(written[1]).toContain('█'.repeat(24));
  expect(written[2]).toBe('\n');
});
