import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ControlGroup } from './control-group.ts';

const MEMORY = 64 * 2 ** 20;
const LIMITS = { memory: MEMORY, cores: 0.5 };

/** Keeps so many bytes, with a text in each page so that they are resident. */
const holding = (bytes: number) => `Buffer.alloc(${bytes}, 'x'); process.stdout.write('held')`;

const createGroup = () => ControlGroup.create('test', LIMITS);

/** Whether the machine lets this process make groups: many build machines do not. */
const isAllowed = isGroupAllowed();

function isGroupAllowed(): boolean {
  using group = createGroup();
  return group !== undefined;
}

function allowedGroup(): ControlGroup {
  const group = createGroup();
  if (group === undefined) throw new Error('expected the machine to allow a group again');
  return group;
}

/** The folders of all groups that the tests make. */
function groups(): string[] {
  return globSync('/sys/fs/cgroup/**/fargauge-test-*');
}

async function run(group: ControlGroup, script: string) {
  const [shell = '', ...shellArguments] = group.launcher;
  const child = spawn(shell, [...shellArguments, process.execPath, '-e', script]);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code, signal] = await once(child, 'close');
  return { output, code, signal };
}

if (isAllowed) describe('A control group', judge);
else {
  it('A control group: left out, this machine allows none', () => {
    console.info(
      'control groups: this process may make none below its own, as on many build machines',
    );
  });
}

function judge(): void {
  it('holds the program that its launcher starts', async () => {
    using group = allowedGroup();
    const script = `process.stdout.write(require('fs').readFileSync('/proc/self/cgroup', 'utf8'))`;
    const { output } = await run(group, script);
    expect(output).toContain(`fargauge-test-${process.pid}-`);
    expect(readFileSync('/proc/self/cgroup', 'utf8')).not.toContain('fargauge-test-');
  });

  it('that a killed process left is removed when the next one is made', async () => {
    const module = JSON.stringify(join(import.meta.dirname, 'control-group.ts'));
    const script = `import(${module}).then(({ ControlGroup }) => {
      ControlGroup.create('test', ${JSON.stringify(LIMITS)});
      process.kill(process.pid, 'SIGKILL');
    })`;
    const killed = spawn(process.execPath, ['-e', script], { stdio: 'inherit' });
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL']);
    const left = () => groups().filter((path) => path.includes(`fargauge-test-${killed.pid}-`));
    expect(left()).not.toEqual([]);
    using group = allowedGroup();
    expect(left()).toEqual([]);
    const own = groups().filter((path) => path.includes(`fargauge-test-${process.pid}-`));
    expect(own.length).toBe(group.version === 'v1' ? 2 : 1);
  });

  it('tells the most memory that the program had', async () => {
    using group = allowedGroup();
    expect(await run(group, holding(20e6))).toMatchObject({ output: 'held', code: 0 });
    expect(group.peakMemory).toBeGreaterThan(20e6);
    expect(group.peakMemory).toBeLessThanOrEqual(MEMORY);
  });

  it('ends a program that takes more than it may', async () => {
    using group = allowedGroup();
    expect(await run(group, holding(200e6))).toMatchObject({ output: '', signal: 'SIGKILL' });
  });
}
