import type { Config } from '../../lambda/model/settings/config.ts';
import { explain } from '../explain/explain.ts';
import { Follower } from '../explain/follow.ts';
import type { Page } from '../explain/page.ts';

/** Names in the comment. */
const MAX_NAMES = 40;

/** Comment lines that name the recorded metrics which no rule takes, by job. */
export function untakenNotes(config: Config, pages: readonly Page[]): readonly string[] {
  const follower = new Follower(config);
  const untaken = pages.flatMap((page) =>
    explain(config, page, follower)
      .filter(({ metrics }) => metrics.length === 0)
      .map(({ name, type }) => ({ job: page.target.job, name, type })),
  );
  const families = [...Map.groupBy(untaken, ({ job, name, type }) => `${job}: ${name} (${type})`)];
  if (families.length === 0) return [];
  const shown = families
    .slice(0, MAX_NAMES)
    .map(([text, { length }]) => `  ${text}, ${length} series`);
  const more = families.length - shown.length;
  return [
    'The recording has these series, which no entry takes:',
    ...shown,
    ...(more > 0 ? [`  and ${more} more names`] : []),
  ];
}
