import type { Sample } from '../../lambda/model/samples/sample.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { Follower } from '../explain/follow.ts';
import type { Page } from '../explain/page.ts';

/** The pages with only the series that become metrics of CloudWatch, each with its last sample. */
export function publishedPages(config: Config, pages: readonly Page[]): readonly Page[] {
  const follower = new Follower(config);
  return pages.map((page) => {
    const followed = follower.follow(page);
    const last = new Map<Sample['series'], Sample>();
    for (const sample of page.samples) {
      const publications = followed.selected(sample.series)?.publications ?? [];
      if (publications.length > 0) last.set(sample.series, sample);
    }
    return { ...page, samples: [...last.values()] };
  });
}
