/**
 * The floors of the house: which room may import from which. Every arrow that is not listed fails the check.
 * Tests may lean on a neighbour's test double, but on no higher floor.
 */
const arrows = {
  'packages/protocol': [],
  'packages/transport': ['packages/protocol'],
  'packages/store': ['packages/protocol'],
  'packages/webgpu-kernels': ['packages/protocol'],
  'packages/assets': ['packages/protocol', 'packages/webgpu-kernels/src/(pathtrace/scene|physics/(world|scale))'],
  'packages/scheduler': ['packages/protocol'],
  'packages/splitters': [
    'packages/protocol',
    'packages/webgpu-kernels/src/(task-kind|[a-z]+/(task|film|scene|luminance|world|state|scale))',
  ],
  // Beside the port: the seeded source of chance that advice draws from, and the types of what a recorder watches.
  'packages/ml': ['packages/protocol', 'packages/store', 'packages/scheduler/src/(oracle|random|events)'],
  'packages/coordinator': [
    'packages/(protocol|transport|store|assets|scheduler|splitters|ml)',
    'packages/webgpu-kernels/src/(task-kind|[a-z]+/(task|film|scene|world|state|scale|patches|reference-kernel))',
  ],
  'packages/volunteer': ['packages/(protocol|transport|store|webgpu-kernels)'],
  'packages/simulator': [
    'packages/(protocol|scheduler|splitters|ml)',
    'packages/webgpu-kernels/src/(task-kind|[a-z]+/task)',
  ],
  'packages/ui': [],
  signaling: ['packages/protocol'],
  'apps/coordinator-web': ['packages/(ui|protocol|transport|store|assets|coordinator|volunteer)'],
  'apps/peer-tab': ['packages/(ui|protocol|transport|store|volunteer)'],
  'apps/bench-page': ['packages/(ui|protocol|transport|store|assets|coordinator|volunteer|webgpu-kernels|splitters)'],
  // Kernels only for the liars' Worker: stand-ins whose results can be made wrong.
  'apps/cli': [
    'packages/(protocol|coordinator/src/(api|bounds|simulation/api))',
    'packages/webgpu-kernels/src/(kernel|(pathtrace|physics)/(kernel|task|film|compare|state))',
    'signaling',
  ],
  bench: ['packages', 'apps/(cli|bench-page)', 'signaling'],
  e2e: ['packages', 'apps/cli', 'signaling'],
  examples: ['packages/(protocol|scheduler|splitters|webgpu-kernels)'],
};

const rooms = Object.keys(arrows);

module.exports = {
  forbidden: [
    ...rooms.map((room) => ({
      name: `floor:${room}`,
      comment: `${room} may import: ${arrows[room].join(', ') || 'nothing of the house'}`,
      severity: 'error',
      from: { path: `^${room}/` },
      to: {
        path: '^(packages|apps|signaling|e2e|bench|examples)/',
        pathNot: [`^${room}/`, ...arrows[room].map((to) => `^${to}`)],
      },
    })),
    {
      name: 'pure-core',
      comment:
        'decisions do no I/O: the scheduler, the planners and the simulator import no Node module and no browser library',
      severity: 'error',
      from: { path: '^packages/(scheduler|splitters|simulator)/src/', pathNot: '\\.test\\.ts$|-tests\\.ts$' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: 'node_modules/valibot/' },
    },
    {
      name: 'no-cycles',
      comment: 'a cycle hides which of two files is the lower one',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\?(raw|url|worker)' },
    },
  ],
  options: {
    parser: 'tsc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.d.ts'],
    },
  },
};
