import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROMETHEUS_SOURCE } from '../support/places.ts';
import { isOnPath, run } from './command.ts';
import type { Part } from './part.ts';

const MODULE = 'github.com/prometheus/prometheus';

/** The module's version 0.314 is the program's 3.14. The versions of all else follow from its own go.mod. */
const GO_MOD = `module fargauge-integration-tests

go 1.26

require ${MODULE} v0.314.0
`;

/** Leaves out the clients of all clouds, which nobody asks here, and which are most of what there is to compile. */
const TAGS = 'remove_all_sd';

/** A Prometheus that is young enough to have a receiver for OTLP; Debian's is not. Left out where there is no Go. */
export const prometheus: Part = {
  name: 'Prometheus 3 with its receivers (Go module, compiled here)',
  tests: [
    'prometheus/otlp.test.ts',
    'prometheus/promql.test.ts',
    'prometheus/remote-write-2.test.ts',
  ],
  folder: PROMETHEUS_SOURCE,
  recipe: `${GO_MOD}${TAGS}`,
  leftOut: () => (isOnPath('go') ? undefined : 'there is no Go compiler'),
  install: () => {
    writeFileSync(join(PROMETHEUS_SOURCE, 'go.mod'), GO_MOD);
    // -mod=mod, as go.sum is written here; the checksum database vouches for what is in it.
    const args = ['-mod=mod', '-tags', TAGS, '-o', 'prometheus', `${MODULE}/cmd/prometheus`];
    run('go', ['build', ...args], { cwd: PROMETHEUS_SOURCE });
  },
};
