/** The layers of docs/architecture.md, as rules. `npm run check` runs them. */
const ROOMS = 'api|core|protocol|toolkit|kernel|host|files|lab|testing|cli';
const layer = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '(\\.test\\.ts$|^(src|plugins)/.+/testing/)' },
  to: { path: '^(src|plugins|test|scripts|native)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    layer('api-stands-alone', '^src/api/', '^src/api/', 'The contract depends on nothing of ours.'),
    layer('core-is-pure', '^src/core/', '^src/(core|protocol|api)/', 'core imports itself, protocol and api.'),
    layer(
      'protocol-is-pure',
      '^src/protocol/',
      '^src/(protocol|api)/',
      'protocol imports itself and data types of api.',
    ),
    {
      name: 'protocol-knows-no-context',
      comment: 'What needs a context, a socket or a schema is no protocol: it belongs into src/toolkit.',
      severity: 'error',
      from: { path: '^src/protocol/', pathNot: '(\\.test\\.ts$|^(src|plugins)/.+/testing/)' },
      to: { path: '^(src/api/(context|network|define|schema|index)\\.ts|node_modules/)' },
    },
    layer(
      'toolkit-serves-plugins',
      '^src/toolkit/',
      '^src/(toolkit|protocol|api|files)/',
      'toolkit imports api, protocol and the careful access to files.',
    ),
    layer(
      'plugins-see-the-contract',
      '^plugins/([^/]+)/',
      '^(plugins/$1/|src/(api|protocol|toolkit)/)',
      'A plugin sees api, protocol, toolkit and its own folder.',
    ),
    layer('files-stand-alone', '^src/files/', '^src/files/', 'Opening files depends on nothing of ours.'),
    layer(
      'kernel-sees-no-edge',
      '^src/kernel/',
      '^src/(kernel|core|api|files)/',
      'The kernel gets its host handed in.',
    ),
    layer(
      'host-implements-the-port',
      '^src/host/',
      '^src/(host|api|files|kernel/(host|errors|own-marks)\\.ts)',
      'host implements the port of the kernel.',
    ),
    layer(
      'lab-implements-the-port',
      '^src/lab/',
      '^src/(lab|api|protocol|core|kernel|files)/',
      'lab is another host, simulated.',
    ),
    layer(
      'testing-fakes-the-context',
      '^src/testing/',
      '^src/(testing|api|lab|kernel/plugins/(observation-check|scope|scoped-network|instances-by-type)\\.ts$)',
      'What plugin authors test with is small: the lab, and what the kernel does around a context.',
    ),
    layer('cli-puts-it-together', '^src/cli/', '^src/', 'cli may import all of src and no plugin.'),
    {
      name: 'every-room-has-a-rule',
      comment: 'A new folder of src is a layer: give it a rule here and a paragraph in docs/architecture.md.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: `^src/(${ROOMS})/` },
    },
    {
      name: 'scripts-measure-from-outside',
      comment: 'No other code imports scripts; scripts load plugins through the catalogue only.',
      severity: 'error',
      from: { path: '^(src|plugins|test)/' },
      to: { path: '^scripts/' },
    },
    {
      name: 'pure-layers-touch-no-platform',
      comment: 'core and protocol do no I/O: no node: modules (node:crypto hashes aside).',
      severity: 'error',
      from: { path: '^src/(core|protocol)/', pathNot: '(\\.test\\.ts$|^(src|plugins)/.+/testing/)' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'nothing-imports-a-plugin',
      severity: 'error',
      from: { path: '^(src|scripts)/' },
      to: { path: '^plugins/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['timehub-source', 'import', 'node', 'default'],
    },
  },
};
