import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { changesOf } from '../../../infra/release/changes.ts';
import { FAST_START } from '../../fast-start.ts';
import { runToEnd } from '../../integration/support/child.ts';

const CHANGELOG = '# Changelog\n\n## [0.2.0] - 2026-12-01\n\n### Added\n- b\n\n## [0.1.0]\n- a\n';

describe('the notes of a release', () => {
  it.each([
    ['0.2.0', '### Added\n- b\n'],
    ['0.1.0', '- a\n'],
  ])('are the section of the version %s', (version, notes) => {
    expect(changesOf(CHANGELOG, version)).toBe(notes);
  });

  it.each([
    [CHANGELOG, 'CHANGELOG.md: expected a section "## [0.3.0]", got [0.2.0] - 2026-12-01, [0.1.0]'],
    ['# Changelog\n', 'CHANGELOG.md: expected a section "## [0.3.0]", got none'],
  ])('are missed where the changelog has other sections', (changelog, problem) => {
    expect(changesOf(changelog, '0.3.0')).toEqual({ problem });
  });
});

describe('a release is refused in one sentence, before anything is made,', () => {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));

  it.each([
    [
      'by a tag of another version',
      ['v9.9.9'],
      `the version of package.json, ${version}, got "v9.9.9"`,
    ],
    ['without its section of the changelog', [version, '9.9.9'], 'a section "## [9.9.9]", got ['],
  ])(
    '%s',
    async (_, args, problem) => {
      const program = join(REPOSITORY, 'infra/release/release.ts');
      const { code, stderr } = await runToEnd(process.execPath, [program, ...args], FAST_START);
      expect({ code, lines: stderr.trimEnd().split('\n') }).toEqual({
        code: 2,
        lines: [expect.stringContaining(`expected ${problem}`)],
      });
    },
    120_000,
  );
});
