import { describe, expect, it } from '@jest/globals';
import { relatedTests } from './related.ts';

const FILES: ReadonlyMap<string, string> = new Map([
  ['package.json', ''],
  ['README.md', ''],
  ['docs/deploy.md', ''],
  ['docs/migrate-adot.md', ''],
  ['examples/cdk/grafana/app.ts', ''],
  ['lambda/collect.ts', ''],
  ['lambda/handler.ts', "import { collect } from './collect.ts';"],
  ['test/collect/cycle.test.ts', "import { collect } from '../../lambda/collect.ts';"],
  ['test/handler/function-process.ts', "join(import.meta.dirname, '../../lambda/handler.ts')"],
  ['test/handler/handler.test.ts', "import { start } from './function-process.ts';"],
  ['test/docs/deploy.test.ts', "readFile(join(REPOSITORY, 'docs/deploy.md'))"],
  ['test/docs/guides.test.ts', "globSync('docs/migrate-*.md')"],
  ['test/infra/examples.test.ts', "readdir('examples/cdk')"],
  ['test/jest/run-file.ts', ''],
  ['test/integration/moto.test.ts', "import { collect } from '../../lambda/collect.ts';"],
]);

const ALL = [...FILES.keys()].filter((file) => /^test\/(?!integration).*\.test\.ts$/.test(file));

describe('the tests of what changed', () => {
  it.each([
    ['a module that another imports', 'lambda/collect.ts', ['cycle', 'handler']],
    ['a program that a test starts', 'lambda/handler.ts', ['handler']],
    ['a test', 'test/handler/handler.test.ts', ['handler']],
    ['a document that a test reads', 'docs/deploy.md', ['deploy', 'guides']],
    ['a document that a pattern takes', 'docs/migrate-adot.md', ['guides']],
    ['an app in a folder that a test reads', 'examples/cdk/grafana/app.ts', ['examples']],
    ['what no test depends on', 'README.md', []],
  ])('are those that depend on it: %s', (_, changed, related) => {
    const names = relatedTests(FILES, [changed]).map((file) => /(\w+)\.test/.exec(file)?.[1]);
    expect(names).toEqual(related);
  });

  it.each(['package.json', 'test/jest/run-file.ts'])(
    'are all tests after a change of %s',
    (file) => {
      expect(relatedTests(FILES, [file])).toEqual(ALL);
    },
  );

  it('are there after a module that they import was deleted', () => {
    expect(relatedTests(FILES, ['lambda/collect.ts', 'README.md'])).toHaveLength(2);
  });
});
