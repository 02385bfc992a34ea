/**
 * `npm run test:integration [-- pattern...]`: installs what the integration tests need, runs them one file after
 * the other and ends with the line `N passed, N failed`. What cannot be installed fails the tests that need it.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { actionlint } from './install/actionlint.ts';
import { arm64 } from './install/arm64.ts';
import { chromium } from './install/chromium.ts';
import { searchPath } from './install/command.ts';
import { debianPrograms } from './install/debian.ts';
import { docker } from './install/docker.ts';
import { moto } from './install/moto.ts';
import { oldestNode } from './install/oldest-node.ts';
import { ensurePart, type Part, type PartResult } from './install/part.ts';
import { prometheus } from './install/prometheus.ts';
import { ric } from './install/ric.ts';
import { rust } from './install/rust.ts';
import { senderSuite } from './install/sender-suite.ts';
import { systemd } from './install/systemd.ts';
import { CACHE, ROOT, ZIG_TOOLS } from './support/places.ts';

const PARTS: readonly Part[] = [
  actionlint,
  debianPrograms,
  moto,
  oldestNode,
  ric,
  docker,
  systemd,
  chromium,
  prometheus,
  senderSuite,
  rust,
  arm64,
];

const RESULTS = join(CACHE, 'results.json');

/** The part of Jest's report that is counted. */
interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

interface Count {
  readonly passed: number;
  readonly failed: number;
}

mkdirSync(CACHE, { recursive: true });
const patterns = process.argv.slice(2);
const parts = PARTS.filter(isWanted).map(installPart);
const missing = testsOf('failed');
const ran = await runJest(patterns, new Set([...missing, ...testsOf('left out')]));
for (const file of missing) console.log(`FAIL test/integration/${file}: not run, see above`);
const failed = ran.failed + missing.size;
console.log(`${ran.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && ran.passed > 0 ? 0 : 1;

/** Whether a file that runs needs it. */
function isWanted({ tests }: Part): boolean {
  if (patterns.length === 0) return true;
  const files = tests.map((file) => `test/integration/${file}`);
  return files.some((file) => patterns.some((pattern) => new RegExp(pattern).test(file)));
}

function testsOf(outcome: PartResult['outcome']): Set<string> {
  return new Set(parts.filter((one) => one.outcome === outcome).flatMap(({ part }) => part.tests));
}

function installPart(part: Part): PartResult {
  const began = performance.now();
  const result = ensurePart(part);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (result.outcome === 'present') console.log(`present    ${part.name}`);
  else if (result.outcome === 'installed') console.log(`installed  ${part.name} in ${seconds} s`);
  else if (result.outcome === 'left out') {
    console.log(`left out   ${part.name}, and ${part.tests.join(' and ')}: ${result.reason}`);
  } else {
    console.log(`missing    ${part.name}, which ${part.tests.join(' and ')} need`);
    console.log(`           ${result.reason?.replaceAll('\n', '\n           ')}`);
  }
  return result;
}

/** Jest and all that its tests start are one process group, so that nothing outlives this process, whatever ends it. */
async function runJest(patterns: readonly string[], excluded: ReadonlySet<string>): Promise<Count> {
  rmSync(RESULTS, { force: true });
  const ignore = [...excluded].map((file) => `/${file.replaceAll('.', '\\.')}$`);
  const jest = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules/jest/bin/jest.js'),
      '--config',
      join(import.meta.dirname, 'jest.config.ts'),
      '--runInBand',
      '--verbose',
      '--passWithNoTests',
      '--json',
      '--outputFile',
      RESULTS,
      ...(ignore.length > 0 ? ['--testPathIgnorePatterns', ...ignore] : []),
      ...(patterns.length > 0 ? ['--testPathPatterns', ...patterns] : []),
    ],
    // With --json Jest writes its report for people to stderr and the JSON to stdout or the file.
    {
      cwd: ROOT,
      env: { ...process.env, PATH: [...searchPath(), ZIG_TOOLS].join(delimiter) },
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const endGroup = () => {
    try {
      if (jest.pid !== undefined) process.kill(-jest.pid, 'SIGTERM');
    } catch {
      // The group is gone: the usual case.
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endGroup);
  await new Promise((resolve) => jest.once('close', resolve));
  endGroup();
  return readResults();
}

function readResults(): Count {
  try {
    const results = JSON.parse(readFileSync(RESULTS, 'utf8')) as JestResults;
    return {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    };
  } catch {
    console.log('FAIL Jest ended without a report');
    return { passed: 0, failed: 1 };
  }
}
