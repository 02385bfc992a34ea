const MODEL = 'lambda/model';

/**
 * Every folder of the code, and the folders that it may import, with all that lies in them. Each row imports only rows below it, so
 * there is no circle. At the top of `lambda`, `infra` and `sidecar` the modules have rows of their own.
 */
export const LAYOUT: Readonly<Record<string, readonly string[]>> = {
  'infra/index.ts': ['infra'],
  'infra/release': [...['infra/collector', 'infra/configuration', 'infra/build']],
  'infra/app': [
    ...['infra/dashboards', 'infra/alarms', 'infra/collector', 'infra/sidecar', 'infra/price'],
    ...['infra/configuration', 'infra/nag', 'infra/props', 'infra/build', 'price'],
    ...['lambda/config/findings', 'lambda/shards', MODEL],
  ],
  'infra/dashboards': [
    ...['infra/collector', 'infra/configuration', 'infra/metrics', 'infra/props', MODEL],
  ],
  'infra/alarms': [
    ...['infra/collector', 'infra/configuration', 'infra/metrics', 'infra/props', MODEL],
  ],
  'infra/collector': [
    ...['infra/collector/resources', 'infra/collector/network', 'infra/collector/ports'],
    ...['infra/collector/shards', 'infra/configuration', 'infra/props', MODEL],
  ],
  'infra/collector/resources': [
    ...['infra/collector/network', 'infra/collector/shards', 'infra/configuration', 'infra/build'],
    ...['infra/permissions', 'infra/nag', 'infra/props', 'lambda/shards', MODEL],
  ],
  'infra/collector/network': ['infra/configuration', 'infra/nag', 'infra/props'],
  'infra/collector/ports': ['infra/configuration', 'infra/props', 'lambda/config/values', MODEL],
  'infra/accounts': ['infra/configuration', 'infra/permissions', 'infra/nag', 'infra/props'],
  'infra/sidecar': ['infra/configuration', 'infra/build', 'infra/nag', 'infra/props', MODEL],
  'infra/price': ['infra/collector/shards', 'price'],
  'infra/collector/shards': ['infra/nag', 'infra/props', 'lambda/shards'],
  'infra/configuration': [
    ...['infra/configuration/check', 'infra/metrics', 'infra/props', 'lambda/config', MODEL],
  ],
  'infra/configuration/check': ['lambda/config', MODEL],
  'infra/metrics': ['lambda/outputs/otlp', MODEL],
  'infra/permissions': ['infra/nag'],
  'infra/nag': [],
  'infra/props': [],
  'infra/build': [],

  cli: [
    ...['cli/explore', 'cli/init', 'cli/input', 'cli/completion', 'cli/terminal'],
    ...['cli/demo', 'cli/validate', 'cli/recording', 'cli/targets', 'cli/explain', 'cli/describe'],
    ...['cli/cost', 'cli/options', 'lambda/wiring', 'lambda/report', 'lambda/config'],
    ...['lambda/discovery', 'lambda/scrape/http', 'lambda/outputs', 'lambda/state', 'price'],
    MODEL,
  ],
  'cli/input': [
    ...['cli/terminal', 'cli/recording', 'cli/explain', 'cli/describe', 'lambda/wiring'],
    ...['lambda/config', 'lambda/discovery', 'lambda/scrape/http', MODEL],
  ],
  'cli/demo': [
    ...['cli/demo/aws', 'cli/demo/task', 'cli/describe', 'lambda/wiring', 'lambda/report'],
    ...['lambda/discovery/aws', 'lambda/outputs/cloudwatch-logs', MODEL],
  ],
  'cli/demo/aws': ['cli/demo/aws/logs', 'cli/demo/aws/protocol'],
  'cli/demo/aws/logs': ['cli/demo/aws/protocol'],
  'cli/demo/aws/protocol': [],
  'cli/demo/task': [MODEL],
  'cli/explore': [],
  'cli/explore/page': [
    ...['cli/explore/page/editor', 'cli/explore/page/series', 'cli/explore/engine'],
  ],
  'cli/explore/page/editor': ['cli/explore/engine'],
  'cli/explore/engine': [
    ...['cli/recording', 'cli/explain', 'cli/validate', 'lambda/config', 'lambda/rules', 'price'],
    MODEL,
  ],
  'cli/explore/engine/stand-ins': [],
  'cli/completion': [],
  'cli/terminal': ['lambda/config/sources'],
  'cli/init': ['cli/recording', 'cli/explain', 'lambda/config', MODEL],
  'cli/recording': [
    ...['cli/targets', 'cli/explain', 'lambda/report', 'lambda/config', 'lambda/discovery'],
    ...['lambda/scrape', MODEL],
  ],
  'cli/cost': [
    ...['cli/explain', 'cli/describe', 'lambda/collect.ts', 'lambda/outputs', 'lambda/state'],
    ...['lambda/rules', 'price', MODEL],
  ],
  'cli/explain': [
    ...['lambda/config', 'lambda/report', 'lambda/discovery', 'lambda/scrape', 'lambda/decode'],
    ...['lambda/rules', 'lambda/series', 'lambda/grouping', 'lambda/emf', 'lambda/outputs', MODEL],
  ],
  'cli/targets': ['cli/describe', 'lambda/discovery', MODEL],
  'cli/describe': ['lambda/report', 'lambda/config', 'lambda/rules', MODEL],
  'cli/validate': ['lambda/config', MODEL],
  'cli/options': ['lambda/config/values', MODEL],

  price: [],

  'lambda/handler.ts': [
    ...['lambda/shards', 'lambda/wiring', 'lambda/report', 'lambda/discovery/aws'],
    ...['lambda/scrape/http', 'lambda/outputs', 'lambda/state', MODEL],
  ],
  'lambda/shards': [
    ...['lambda/shards/metrics', 'lambda/shards/objects', 'lambda/wiring', 'lambda/report'],
    ...['lambda/discovery', 'lambda/state', MODEL],
  ],
  'lambda/shards/metrics': ['lambda/shards/objects', 'lambda/rules', MODEL],
  'lambda/shards/objects': ['lambda/discovery', 'lambda/state', MODEL],
  'lambda/wiring': [
    ...['lambda/collect.ts', 'lambda/report', 'lambda/config', 'lambda/discovery'],
    ...['lambda/scrape', 'lambda/decode', 'lambda/outputs', 'lambda/state', MODEL],
  ],
  'lambda/collect.ts': [
    ...['lambda/cycle', 'lambda/report', 'lambda/routes', 'lambda/scrape', 'lambda/division'],
    ...['lambda/outputs/delivery', MODEL],
  ],
  'lambda/cycle': [
    ...['lambda/report', 'lambda/routes', 'lambda/scrape', 'lambda/division', 'lambda/rules'],
    ...['lambda/series', MODEL],
  ],
  'lambda/report': [
    ...['lambda/routes', 'lambda/config', 'lambda/scrape', 'lambda/rules', 'lambda/series', MODEL],
  ],
  'lambda/routes': ['lambda/scrape', 'lambda/series', 'lambda/grouping', 'lambda/emf', MODEL],

  'lambda/config': [
    ...['lambda/config/native', 'lambda/config/agent', 'lambda/config/outputs'],
    ...['lambda/config/prometheus', 'lambda/config/http', 'lambda/config/sources'],
    ...['lambda/config/yaml', 'lambda/config/values', 'lambda/config/findings', MODEL],
  ],
  'lambda/config/native': [
    ...['lambda/config/agent', 'lambda/config/outputs', 'lambda/config/prometheus'],
    ...['lambda/config/sources', 'lambda/config/yaml', 'lambda/config/values'],
    ...['lambda/config/findings', MODEL],
  ],
  'lambda/config/agent': [
    ...['lambda/config/outputs', 'lambda/config/values', 'lambda/config/findings', MODEL],
  ],
  'lambda/config/outputs': [
    ...['lambda/config/prometheus', 'lambda/config/http', 'lambda/config/sources'],
    ...['lambda/config/yaml', 'lambda/config/values', 'lambda/config/findings', MODEL],
  ],
  'lambda/config/prometheus': [
    ...['lambda/config/http', 'lambda/config/values', 'lambda/config/findings', MODEL],
  ],
  'lambda/config/http': ['lambda/config/sources', 'lambda/config/findings', MODEL],
  'lambda/config/sources': ['lambda/config/findings', MODEL],
  'lambda/config/yaml': ['lambda/config/findings'],
  'lambda/config/values': ['lambda/config/findings', MODEL],
  'lambda/config/findings': [],

  'lambda/discovery': [
    ...['lambda/discovery/ecs', 'lambda/discovery/sources', 'lambda/discovery/aws'],
    ...['lambda/discovery/found', MODEL],
  ],
  'lambda/discovery/ecs': [
    ...['lambda/discovery/ecs/cluster', 'lambda/discovery/aws', 'lambda/discovery/found', MODEL],
  ],
  'lambda/discovery/ecs/cluster': ['lambda/discovery/aws', 'lambda/discovery/found', MODEL],
  'lambda/discovery/sources': ['lambda/discovery/aws', 'lambda/discovery/found', MODEL],
  'lambda/discovery/aws': ['lambda/discovery/found', MODEL],
  'lambda/discovery/found': [MODEL],

  'lambda/scrape': ['lambda/scrape/http', MODEL],
  'lambda/scrape/http': ['lambda/scrape/http/bytes', MODEL],
  'lambda/scrape/http/bytes': [],

  'lambda/decode': [
    ...['lambda/decode/text', 'lambda/decode/openmetrics', 'lambda/decode/memory'],
    ...['lambda/decode/tokens', MODEL],
  ],
  'lambda/decode/text': [
    ...['lambda/decode/lines', 'lambda/decode/memory', 'lambda/decode/tokens', MODEL],
  ],
  'lambda/decode/openmetrics': [
    ...['lambda/decode/lines', 'lambda/decode/memory', 'lambda/decode/tokens', MODEL],
  ],
  'lambda/decode/lines': ['lambda/decode/memory', 'lambda/decode/tokens', MODEL],
  'lambda/decode/memory': ['lambda/decode/tokens', MODEL],
  'lambda/decode/tokens': [MODEL],

  'lambda/division': [MODEL],
  'lambda/series': [MODEL],
  'lambda/rules': [MODEL],
  'lambda/grouping': [MODEL],
  'lambda/emf': [MODEL],

  'lambda/outputs': [
    ...['lambda/outputs/cloudwatch-logs', 'lambda/outputs/cloudwatch-metrics'],
    ...['lambda/outputs/remote-write', 'lambda/outputs/otlp'],
    ...['lambda/outputs/push', 'lambda/outputs/delivery', MODEL],
  ],
  'lambda/outputs/cloudwatch-logs': ['lambda/outputs/delivery', MODEL],
  'lambda/outputs/cloudwatch-metrics': ['lambda/outputs/push', MODEL],
  'lambda/outputs/remote-write': [
    ...['lambda/outputs/remote-write/v2', 'lambda/outputs/remote-write/v1'],
    ...['lambda/outputs/remote-write/encoding', 'lambda/outputs/push', 'lambda/outputs/wire'],
    MODEL,
  ],
  'lambda/outputs/remote-write/v2': [
    ...['lambda/outputs/remote-write/v1', 'lambda/outputs/remote-write/encoding'],
    ...['lambda/outputs/push', 'lambda/outputs/wire', MODEL],
  ],
  'lambda/outputs/remote-write/v1': [
    ...['lambda/outputs/remote-write/encoding', 'lambda/outputs/push', 'lambda/outputs/wire'],
    MODEL,
  ],
  'lambda/outputs/remote-write/encoding': ['lambda/outputs/push', 'lambda/outputs/wire', MODEL],
  'lambda/outputs/otlp': ['lambda/outputs/push', 'lambda/outputs/wire', MODEL],
  'lambda/outputs/push': ['lambda/outputs/delivery', 'lambda/outputs/wire', MODEL],
  'lambda/outputs/delivery': [MODEL],
  'lambda/outputs/wire': [MODEL],

  'lambda/state': [MODEL],

  'lambda/model/delivery': ['lambda/model/targets', 'lambda/model/samples', 'lambda/model/waiting'],
  'lambda/model/targets': ['lambda/model/settings', 'lambda/model/samples', 'lambda/model/waiting'],
  'lambda/model/settings': ['lambda/model/samples'],
  'lambda/model/samples': ['lambda/model/waiting'],
  'lambda/model/waiting': [],

  'sidecar/main.ts': ['sidecar'],
  'sidecar/settings.ts': ['sidecar/serving', 'sidecar/sampling', 'sidecar/http', 'sidecar/emf'],
  'sidecar/serving': ['sidecar/sampling', 'sidecar/exposition', 'sidecar/http'],
  'sidecar/emf': ['sidecar/history', 'sidecar/exposition', 'sidecar/documents'],
  'sidecar/catalogue': [
    ...['sidecar/sampling', 'sidecar/figures', 'sidecar/history', 'sidecar/exposition'],
    'sidecar/documents',
  ],
  'sidecar/sampling': ['sidecar/figures', 'sidecar/documents', 'sidecar/http'],
  'sidecar/history': ['sidecar/exposition'],
  'sidecar/figures': ['sidecar/figures/arithmetic', 'sidecar/documents'],
  'sidecar/figures/arithmetic': ['sidecar/documents'],
  'sidecar/exposition': [],
  'sidecar/documents': [],
  'sidecar/http': [],
  'sidecar/host/js': [],
};

/** The most modules that a folder may have. About a dozen are best. */
export const MAX_MODULES = 16;

/** The most lines that a module of the code may have: with more, it has two nouns. */
export const MAX_LINES = 300;
