import { describe, expect, it } from '@jest/globals';
import { explain } from '../../../../cli/explain/explain.ts';
import { Exploration } from '../../../../cli/explore/engine/exploration.ts';
import { configurationOf } from '../../../../cli/recording/configuration.ts';
import { recordedPages } from '../../../../cli/recording/pages.ts';
import { PAGE, RECORDED_AT, RULES, recordingOf, target } from '../recording.ts';

async function opened(recording = recordingOf([target(PAGE)])) {
  const exploration = new Exploration(recording);
  const { results } = await exploration.evaluate(recording.configuration);
  if (results === undefined) throw new Error('the rules have errors');
  return { exploration, results };
}

/** The first series of a family. */
function first(exploration: Exploration, family: string) {
  const [series] = exploration.list(family, '').series;
  if (series === undefined) throw new Error(`there is no series of ${family}`);
  return series;
}

describe('the exploration of a recording', () => {
  it('has the families with their types, values and fates', async () => {
    const { results } = await opened();
    const families = results.families.map(({ name, type, range, fates }) => ({
      name,
      type,
      range,
      fates,
    }));
    expect(families).toEqual(
      expect.arrayContaining([
        { name: 'queue_length', type: 'gauge', range: [5, 5], fates: [['published', 1]] },
        { name: 'broken', type: 'gauge', range: undefined, fates: [['no_declaration', 1]] },
        { name: 'up', type: 'gauge', range: [1, 1], fates: [['no_declaration', 1]] },
      ]),
    );
    expect(results.counts).toEqual({
      targets: 1,
      up: 1,
      series: 8,
      published: 1,
      taken: 0,
      lost: 0,
    });
    expect(results.metrics).toEqual([
      expect.objectContaining({
        namespace: 'Shop',
        name: 'queue_length',
        dimensions: { job: 'shop' },
        series: 1,
      }),
    ]);
  });

  it('shows the same explanations as the command', async () => {
    const recording = recordingOf([target(PAGE)]);
    const { exploration, results } = await opened(recording);
    const config = await configurationOf(recording);
    const ofCommand = recordedPages(config, recording).flatMap((page) => explain(config, page));
    const ids = results.families.flatMap(({ name }) =>
      exploration.list(name, '').series.map(({ id }) => id),
    );
    const shown = ids.map((id) => {
      const { event: _, ...explanation } = exploration.explain(id) ?? {};
      return explanation;
    });
    expect(shown).toHaveLength(ofCommand.length);
    expect(shown).toEqual(expect.arrayContaining([...ofCommand]));
  });

  it('marks what an edit takes and loses, and forgets that when it is undone', async () => {
    const { exploration } = await opened();
    const edited = RULES.replace('^queue_length$', '^orders_total$');
    const { results } = await exploration.evaluate(edited);
    expect(results?.counts).toMatchObject({ published: 2, taken: 2, lost: 1 });
    expect(first(exploration, 'queue_length')).toMatchObject({ published: false, change: 'lost' });
    expect(first(exploration, 'orders')).toMatchObject({
      fate: 'published from the second scrape on',
      change: 'taken',
    });
    expect(results?.metrics.map(({ name, change }) => [name, change])).toEqual([
      ['orders_total', 'taken'],
      ['queue_length', 'lost'],
    ]);
    const undone = await exploration.evaluate(RULES);
    expect(undone.results?.counts).toMatchObject({ published: 1, taken: 0, lost: 0 });
  });

  it('keeps the identity of a series that relabeling renames', async () => {
    const { exploration } = await opened();
    const { id } = first(exploration, 'queue_length');
    const edited = RULES.replace(
      '    static_configs:',
      `    metric_relabel_configs:
      - source_labels: [__name__]
        regex: queue_(.*)
        target_label: __name__
        replacement: line_$1
    static_configs:`,
    );
    await exploration.evaluate(edited);
    expect(exploration.explain(id)).toMatchObject({ name: 'line_length' });
    expect(exploration.list('queue_length', '').series).toMatchObject([{ id, change: 'lost' }]);
  });

  it('tells what relabeling drops', async () => {
    const { exploration } = await opened();
    const { id } = first(exploration, 'queue_length');
    await exploration.evaluate(
      RULES.replace(
        '    static_configs:',
        '    metric_relabel_configs:\n      - { source_labels: [__name__], regex: queue_.*, action: drop }\n    static_configs:',
      ),
    );
    expect(exploration.explain(id)?.dropped?.reason).toBe('relabeled');
  });

  it('keeps the results of the edit before while the rules have errors, with their places', async () => {
    const { exploration } = await opened();
    const { problems, results } = await exploration.evaluate(
      RULES.replace('label_matcher: ^shop$', 'label_matcher: "["'),
    );
    expect(results).toBeUndefined();
    expect(problems).toEqual([
      {
        severity: 'error',
        message: expect.stringMatching(
          /^emf_processor\.metric_declaration\[0\]\.label_matcher: expected /,
        ),
        line: 11,
        column: 22,
      },
    ]);
    expect(first(exploration, 'queue_length').published).toBe(true);
  });

  it('names the place of invalid YAML', async () => {
    const { exploration } = await opened();
    const { problems } = await exploration.evaluate(`${RULES}\n  - : [`);
    expect(problems[0]).toMatchObject({ severity: 'error', line: expect.any(Number) });
  });

  it('shows a warning at its place', async () => {
    const { exploration } = await opened();
    const { problems, results } = await exploration.evaluate(
      `${RULES}global:\n  external_labels: {a: b}\n`,
    );
    expect(results).toBeDefined();
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'warning',
        line: 15,
        message: expect.stringContaining('external_labels'),
      }),
    ]);
  });

  it('takes references to secrets, which only AWS has', async () => {
    const { exploration } = await opened();
    const { problems } = await exploration.evaluate(
      RULES.replace(
        '    static_configs:',
        '    authorization: { credentials: "aws:ssm:/token" }\n    tls_config: { ca_file: ca.pem }\n    static_configs:',
      ),
    );
    expect(problems).toEqual([]);
  });

  it('finds series by name, label and reason', async () => {
    const { exploration } = await opened();
    expect(exploration.families('status=paid orders')).toEqual(['orders']);
    expect(exploration.list('orders', 'OPEN').series.map(({ labels }) => labels.status)).toEqual([
      'open',
    ]);
    expect(exploration.families('no_declaration')).not.toContain('queue_length');
    expect(exploration.families('nowhere')).toEqual([]);
  });

  it('has the event and the receivers of a series', async () => {
    const configuration = `${RULES}remote_write:
  - name: prometheus
    url: http://10.0.0.9:9090/api/v1/write
outputs: [{ type: cloudwatch-logs }]
`;
    const { exploration } = await opened(recordingOf([target(PAGE)], { configuration }));
    const taken = exploration.explain(first(exploration, 'queue_length').id);
    expect(JSON.parse(taken?.event ?? '')).toMatchObject({ queue_length: 5, job: 'shop' });
    expect(taken?.received).toEqual([
      expect.objectContaining({ gets: 'emf_event' }),
      expect.objectContaining({
        output: 'prometheus',
        gets: 'series',
        labels: expect.objectContaining({ __name__: 'queue_length', job: 'shop' }),
      }),
    ]);
    expect(exploration.explain(first(exploration, 'orders').id)?.event).toBeUndefined();
  });

  it('lists at most 200 series, and counts the others', async () => {
    const lines = Array.from({ length: 250 }, (_, index) => `many{n="${index}"} ${index}\n`);
    const { exploration } = await opened(recordingOf([target(lines.join(''))]));
    const { series, more } = exploration.list('many', '');
    expect({ shown: series.length, more }).toEqual({ shown: 200, more: 50 });
  });

  it('has the history of a sidecar, and the latest value of each series', async () => {
    const point = (minute: number, value: number) =>
      `cpu{c="a"} ${value} ${RECORDED_AT / 1000 - 60 * (3 - minute)}\n`;
    const page = `# TYPE cpu gauge\n${point(0, 4)}${point(1, 9)}${point(2, 6)}# EOF\n`;
    const recorded = target(page, { contentType: 'application/openmetrics-text; version=1.0.0' });
    const { results, exploration } = await opened(recordingOf([recorded]));
    const cpu = results.families.find(({ name }) => name === 'cpu');
    expect(cpu).toMatchObject({ series: 1, range: [6, 6], history: [[4, 9, 6]] });
    expect(first(exploration, 'cpu').value).toBe(6);
  });

  it.each([
    [
      'is down',
      target('', { page: undefined, down: { reason: 'connect_refused', text: 'nobody listens' } }),
      { reason: 'connect_refused', text: 'nobody listens' },
    ],
    [
      'has a page that cannot be read',
      target('{"json": true}'),
      { reason: 'invalid_body', text: expect.stringContaining('line 1') },
    ],
    [
      'belongs to a job that the rules do not have',
      target(PAGE, { job: 'gone', labels: { job: 'gone' } }),
      { reason: 'no_job', text: 'the rules have no entry gone of scrape_configs' },
    ],
  ])('says why a target %s', async (_, recorded, down) => {
    const { results } = await opened(recordingOf([recorded]));
    expect(results.counts).toMatchObject({ targets: 1, up: 0 });
    expect(results.targets).toEqual([expect.objectContaining({ url: recorded.url, down })]);
  });
});
