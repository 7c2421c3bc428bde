import { parseArgs } from 'node:util';
import { grid } from './grid.js';
import { link } from './link.js';
import { type BenchResult, publish } from './result.js';

/** `npm run bench -- NAME [--json FILE]` */

interface BenchOptions {
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

const BENCHES: Record<string, { readonly about: string; run(options: BenchOptions): Promise<BenchResult> }> = {
  grid: { about: 'one picture by the bare kernel and by the grid with one volunteer', run: grid },
  link: { about: 'messages over a link against a raw data channel, and what stop takes', run: link },
};

function help(): string {
  const names = Object.entries(BENCHES).map(([name, { about }]) => `  ${name.padEnd(8)}${about}`);
  return [
    'npm run bench -- NAME [--json FILE] [--quick]',
    '',
    ...names,
    '',
    '--quick  fewer and shorter runs, for trying it out',
  ].join('\n');
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const [name = ''] = positionals;
  const bench = BENCHES[name];
  if (values.help || !bench) {
    (values.help ? console.log : console.error)(help());
    return values.help ? 0 : 2;
  }
  publish(name, await bench.run({ quick: values.quick ?? false, say: console.log }), values.json ?? null);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
