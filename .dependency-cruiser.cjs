module.exports = {
  forbidden: [
    { name: 'no-up', severity: 'error', from: { path: '^packages/protocol' }, to: { path: '^packages/(?!protocol)' } },
  ],
  options: { tsPreCompilationDeps: true, parser: 'swc', tsConfig: undefined },
};
