import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SENDER_SOURCE, SENDER_SUITE } from '../support/places.ts';
import { isOnPath, run } from './command.ts';
import type { Part } from './part.ts';

/** The module as of the last commit in which it has the sender's cases, and what they need, in one. */
const MODULE = 'github.com/prometheus/compliance/remotewrite@v0.0.0-20260223092825-818283e1171e';

/** Runs a case against `fargauge collect`, in the place of a file of the suite. */
const RUNNER = join(ROOT, 'test/integration/remote-write-sender/main_test.go');

/**
 * What the suite leaves open at that commit: most of its cases wait for another runner, and are skipped or fail. With ours they can
 * run.
 */
const OPEN: readonly (readonly [string, string])[] = [
  ['t.Skip("TODO: Revise and move to a new framework")', ''],
  ['t.Fatal("was creating target here; to remove")', 'collectOnce(receiver, scrapeTarget)'],
];

/** Left out where there is no Go. */
export const senderSuite: Part = {
  name: "Prometheus' compliance suite for senders of remote write (Go module, compiled here)",
  tests: ['prometheus/remote-write-sender.test.ts'],
  folder: SENDER_SOURCE,
  recipe: `${MODULE}${JSON.stringify(OPEN)}${readFileSync(RUNNER, 'utf8')}`,
  leftOut: () => (isOnPath('go') ? undefined : 'there is no Go compiler'),
  install: () => {
    const { Dir: module } = JSON.parse(run('go', ['mod', 'download', '-json', MODULE])) as {
      Dir: string;
    };
    const source = join(SENDER_SOURCE, 'source');
    cpSync(module, source, { recursive: true });
    run('chmod', ['-R', 'u+w', source]);
    // It downloads a Prometheus to run the same cases against.
    rmSync(join(source, 'sender/test_test.go'));
    for (const file of globSync('sender/*_test.go', { cwd: source })) {
      const path = join(source, file);
      let text = readFileSync(path, 'utf8');
      for (const [open, closed] of OPEN) text = text.replaceAll(open, closed);
      writeFileSync(path, text);
    }
    cpSync(RUNNER, join(source, 'sender/main_test.go'));
    run('go', ['test', '-c', '-o', SENDER_SUITE, './sender'], { cwd: source });
  },
};
