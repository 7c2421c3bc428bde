import { parseArgs } from 'node:util';
import { grid } from './grid.js';
import { link } from './link.js';
import { ml } from './ml.js';
import { noise } from './noise.js';
import { type BenchOptions, count } from './options.js';
import { pathtrace } from './pathtrace.js';
import { physics } from './physics.js';
import { pictures } from './pictures.js';
import { type BenchResult, publish } from './result.js';
import { scheduler } from './scheduler.js';
import { schedulerScale } from './scheduler-scale.js';
import { tiles } from './tiles.js';
import { trust } from './trust.js';
import { view } from './view.js';

/** `npm run bench -- NAME [--json FILE]` */

const BENCHES: Record<string, { readonly about: string; run(options: BenchOptions): Promise<BenchResult> }> = {
  grid: { about: 'one picture by the bare kernel and by the grid with one volunteer', run: grid },
  view: { about: 'a new view of the Cornell box on two tabs, against the bare kernel', run: view },
  link: { about: 'messages over a link against a raw data channel, and what stop takes', run: link },
  pathtrace: { about: 'our path tracer against three-gpu-pathtracer and Cycles, and trees', run: pathtrace },
  physics: { about: 'worlds of bodies: our kernel against Rapier, and one world over many regions', run: physics },
  pictures: {
    about: 'real models by us and by three-gpu-pathtracer, side by side, for docs/PICTURES.md',
    run: pictures,
  },
  scheduler: { about: 'policies in simulated grids, against a schedule that knows everything', run: scheduler },
  ml: { about: 'what is learned: how good, what it is worth, what it costs', run: ml },
  noise: { about: 'noise targets: what they save, and whether they are kept', run: noise },
  tiles: { about: 'tiles of equal cost: how even they are, and what they save', run: tiles },
  trust: { about: 'spot checks against liars: who is caught, who is accused, what it costs', run: trust },
  'scheduler-scale': { about: 'what an event and a task cost the scheduler, and how that grows', run: schedulerScale },
};

function help(): string {
  const names = Object.entries(BENCHES).map(([name, { about }]) => `  ${name.padEnd(17)}${about}`);
  return [
    'npm run bench -- NAME [--json FILE] [--quick]',
    '',
    ...names,
    '',
    '--quick          fewer and shorter runs, for trying it out',
    '--trace FILE     scheduler: sessions to replay, as “seconds,volunteer” lines (default ../shared/data/nodio-*.csv)',
    '--only A,B       scheduler, trust: these profiles alone',
    '--policies A,B   scheduler: these policies alone',
    '--seeds N        scheduler, trust: so many worlds a profile',
    '--first-seed N   scheduler: begin with this one (default 1)',
    '--gantt FILE     scheduler: an SVG of one run',
    '--only A,B       ml: these parts alone (time, failure, telemetry, worth, real, cost)',
    '--trace-train FILE, --trace-test FILE   ml: learn failures on the one, try them on the other',
    '--plots FOLDER   ml: SVG plots; tiles: pictures of the dashboard',
    '--only A,B       tiles: these parts alone (measured, simulated, shares, real)',
    '--record FILE    ml: record tiles of real tabs into this file instead',
    '--record FOLDER  trust: films by this adapter into this folder, compared with those that other adapters left there',
    '--only A,B       pathtrace: these parts (ours, three, cycles, bvh) and scenes (dragon, helmet) alone',
    '--only limits    pathtrace: 5 million triangles and 200 textures within the default limits, in plain Node',
    '--images FOLDER  pathtrace: each renderer’s converged picture as PNG',
    '--only A,B       physics: these parts alone (sizes, split, speedup, deadline, bits)',
    '--only A,B       pictures: these models alone (helmet, fox, alien, cake, speeder), or wavefront too; --spp N, --size PIXELS, --images FOLDER',
    '--size PIXELS    pathtrace: side of the picture (default 256)',
    '--runtime node   pathtrace: our kernel alone in plain Node, without a browser; with --spp N, so many samples a round',
  ].join('\n');
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean' },
      help: { type: 'boolean' },
      trace: { type: 'string' },
      only: { type: 'string' },
      policies: { type: 'string' },
      seeds: { type: 'string' },
      'first-seed': { type: 'string' },
      gantt: { type: 'string' },
      'trace-train': { type: 'string' },
      'trace-test': { type: 'string' },
      plots: { type: 'string' },
      record: { type: 'string' },
      runtime: { type: 'string' },
      images: { type: 'string' },
      size: { type: 'string' },
      spp: { type: 'string' },
    },
  });
  const [name = ''] = positionals;
  const bench = BENCHES[name];
  if (values.help || !bench) {
    (values.help ? console.log : console.error)(help());
    return values.help ? 0 : 2;
  }
  const flags = {
    trace: values.trace ?? null,
    only: values.only ?? null,
    policies: values.policies ?? null,
    seeds: count('seeds', values.seeds),
    firstSeed: count('first-seed', values['first-seed']),
    gantt: values.gantt ?? null,
    traceTrain: values['trace-train'] ?? null,
    traceTest: values['trace-test'] ?? null,
    plots: values.plots ?? null,
    record: values.record ?? null,
    runtime: values.runtime ?? null,
    images: values.images ?? null,
    size: count('size', values.size),
    spp: count('spp', values.spp),
  };
  publish(name, await bench.run({ quick: values.quick ?? false, say: console.log, flags }), values.json ?? null);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
