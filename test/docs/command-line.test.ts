import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { fargauge } from '../cli/fargauge.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/command-line.md'), 'utf8');

/** A line of the page that runs the command line, without its comment. */
const COMMAND =
  /^(?:source <\(|.*\| )?(?:\w+="[^"]*" )?npm run (?:--silent )?fargauge -- (.*?)\)?(?: {2,}#.*)?$/gm;

/** The commands of the page with their options. */
const COMMANDS = Array.from(PAGE.matchAll(COMMAND), ([, line = '']) => {
  const [name = ''] = line.split(' ');
  return { line, name, options: line.match(/(?<=\s)--[\w-]+/g) ?? [] };
});

const help = new Map<string, string>();

beforeAll(async () => {
  for (const name of new Set(COMMANDS.map((command) => command.name))) {
    const { code, stdout, stderr } = await fargauge([name, '--help']);
    if (code !== 0) throw new Error(`${name} --help fails: ${stderr}`);
    help.set(name, stdout);
  }
});

describe('docs/command-line.md', () => {
  it('shows every command but those that it shows as npm scripts', async () => {
    const { stdout } = await fargauge(['--help']);
    const all = Array.from(stdout.matchAll(/^ {2}([a-z]+) (?:\[|<| )/gm), ([, name]) => name);
    const shown = new Set([...COMMANDS.map(({ name }) => name), 'demo', 'help']);
    expect(all.length).toBeGreaterThan(8);
    expect(all.filter((name) => !shown.has(name ?? ''))).toEqual([]);
  });

  it.each(COMMANDS.map(({ line, name, options }) => [line, name, options] as const))(
    'shows options that there are: %s',
    (_, name, options) => {
      for (const option of options) expect(help.get(name)).toMatch(new RegExp(` ${option}\\b`));
    },
  );
});
