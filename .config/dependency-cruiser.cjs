// The one-way street of imports: each folder may import only what is listed for it.
const allowed = {
  domain: [],
  errors: ['domain'],
  platform: ['domain', 'errors'],
  http: ['platform', 'domain', 'errors'],
  config: ['domain', 'errors', 'naming', 'select'],
  naming: ['domain', 'errors'],
  select: ['domain', 'errors', 'naming'],
  auth: ['http', 'platform', 'domain', 'errors'],
  icloud: ['http', 'platform', 'domain', 'errors'],
  state: ['platform', 'domain', 'errors'],
  metadata: ['platform', 'domain', 'errors'],
  download: ['http', 'metadata', 'platform', 'domain', 'errors'],
  report: ['platform', 'domain', 'errors'],
  sync: [
    'auth',
    'icloud',
    'select',
    'naming',
    'download',
    'state',
    'metadata',
    'report',
    'config',
    'http',
    'platform',
    'domain',
    'errors',
  ],
  watch: ['sync', 'report', 'config', 'platform', 'domain', 'errors'],
  simulator: ['domain'],
};

const rules = Object.entries(allowed).map(([folder, targets]) => ({
  name: `${folder}-imports`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...targets].join('|')})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-demo-imports-simulator',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(simulator/|cli/commands/demo)' },
      to: { path: '^src/simulator/' },
    },
    ...rules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
