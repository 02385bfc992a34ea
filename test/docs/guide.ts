import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../infra/build/paths.ts';

/** The pages whose blocks all are tried. */
export const GUIDES: readonly string[] = [
  'docs/configuration.md',
  'docs/managed-prometheus.md',
  'docs/outputs.md',
  'docs/promql.md',
  ...globSync('docs/migrate-*.md', { cwd: REPOSITORY }).sort(),
];

/** Languages of blocks that a reader copies. */
const COPIED: ReadonlySet<string> = new Set(['json', 'promql', 'sh', 'ts', 'yaml']);

/** The comment above a block that says what it is; a reader does not see it. */
const MARK = /^<!-- (file|run in|part of|tested by): (\S+) -->$/;

/** The languages that say themselves how they are tried. */
const WITHOUT_MARK: ReadonlySet<string> = new Set(['promql']);

/**
 * `file`: its whole content. `run in`: commands, and the folder they run in. `part of`: lines of a file of the repository.
 * `tested by`: a test that takes it up by itself.
 */
type Kind = 'file' | 'run in' | 'part of' | 'tested by';

/** A block of code of a page. */
export interface Block {
  /** Of its first line in the page. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  readonly mark?: { readonly kind: Kind; readonly path: string };
}

/** A page of the documentation. */
export class Guide {
  readonly text: string;
  readonly blocks: readonly Block[];

  /** @param page from the top of the repository */
  constructor(page: string) {
    this.text = readFileSync(join(REPOSITORY, page), 'utf8');
    this.blocks = blocksOf(this.text);
  }

  /** Blocks that a reader copies and that no test takes up. */
  get unmarked(): readonly Block[] {
    return this.blocks.filter(
      ({ language, mark }) =>
        COPIED.has(language) && !WITHOUT_MARK.has(language) && mark === undefined,
    );
  }

  /** The blocks of a kind, in the order of the page. */
  marked(kind: Kind): readonly (Block & { readonly path: string })[] {
    return this.blocks.flatMap((block) =>
      block.mark?.kind === kind ? [{ ...block, path: block.mark.path }] : [],
    );
  }
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const [, language] = /^```(\w*)$/.exec(lines[index] ?? '') ?? [];
    if (language === undefined) continue;
    const [, kind, path] = MARK.exec(lines[index - 1] ?? '') ?? [];
    const end = lines.indexOf('```', index + 1);
    if (end === -1) throw new Error(`The block in line ${index + 1} has no end`);
    blocks.push({
      line: index + 2,
      language,
      text: `${lines.slice(index + 1, end).join('\n')}\n`,
      ...(kind !== undefined &&
        path !== undefined && {
          mark: { kind: kind as Kind, path },
        }),
    });
    index = end;
  }
  return blocks;
}
