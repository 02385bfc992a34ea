import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fargauge } from '../fargauge.ts';

let script: string;

beforeAll(async () => {
  const { code, stdout } = await fargauge(['completion', 'bash']);
  expect(code).toBe(0);
  script = stdout;
});

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const program = `${script}
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
_fargauge; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', program]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['a command', ['fargauge', 'rec'], ['record']],
    ['one of several commands', ['fargauge', 'ex'], ['explain', 'explore']],
    ['an option of the command', ['fargauge', 'record', '--f'], ['--force']],
    ['no option of another command', ['fargauge', 'validate', '--f'], []],
    ['one of the values of an option', ['fargauge', 'collect', '--output', 'st'], ['stdout']],
    [
      'a file as any other value, which bash itself offers',
      ['fargauge', 'explain', '--config', ''],
      [],
    ],
    ['a shell', ['fargauge', 'completion', 'z'], ['zsh']],
  ])('offers %s', async (_, words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });
});

describe('completion in other shells', () => {
  it('of zsh is that of bash', async () => {
    const { stdout } = await fargauge(['completion', 'zsh']);
    expect(stdout).toContain('bashcompinit\n_fargauge() {\n');
    expect(stdout).toContain(script.split('\n').slice(1).join('\n'));
  });

  it('of fish has the descriptions', async () => {
    const { stdout } = await fargauge(['completion', 'fish']);
    const lines = stdout.split('\n');
    expect(lines).toContain(
      "complete -c fargauge -f -n __fish_use_subcommand -a validate -d 'check configurations, without a network'",
    );
    expect(lines).toContain(
      "complete -c fargauge -n '__fish_seen_subcommand_from record' -l force -d 'replace the file if it exists'",
    );
    expect(stdout).toMatch(/-l output -x -a '[\w -]*stdout[\w -]*' -d /);
  });

  it('of an unknown shell is refused', async () => {
    const { code, stderr } = await fargauge(['completion', 'cmd']);
    expect(code).toBe(2);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
  });
});
