import { describe, expect, it } from '@jest/globals';
import { ofOneCycle } from '../../../cli/explain/one-cycle.ts';
import { readRules } from '../../../cli/explore/engine/rules-text.ts';
import { recordedPages } from '../../../cli/recording/pages.ts';
import { RECORDED_AT, RULES, recordingOf, target } from '../explore/recording.ts';

const at = (minutesAgo: number) => RECORDED_AT / 1_000 - 60 * minutesAgo;

const PAGE = `# TYPE a gauge
a 3 ${at(3)}
a 2 ${at(2)}
a 1 ${at(1)}
# TYPE b gauge
b 9 ${at(90)}
# TYPE c gauge
c 0
# EOF
`;

describe('the samples of one cycle', () => {
  it.each([
    ['a minute', 60_000, ['a 1', 'b 9', 'c 0']],
    ['two minutes', 120_000, ['a 2', 'a 1', 'b 9', 'c 0']],
  ])(
    'of %s: those of a history are the last, and a series with one sample keeps it',
    async (_, interval, expected) => {
      const { config } = await readRules(RULES);
      const contentType = 'application/openmetrics-text; version=1.0.0';
      const [page] = recordedPages(config!, recordingOf([target(PAGE, { contentType })]));
      const { samples } = ofOneCycle(page!, interval);
      const own = samples.filter(({ series }) => /^[abc]$/.test(series.name));
      expect(own.map(({ series, value }) => `${series.name} ${value}`)).toEqual(expected);
    },
  );
});
