import { answer, answerInPieces, type Behaviour } from './behaviour.ts';

/** Just below what a job takes where it says nothing else. */
export const LARGE = 8 * 2 ** 20 - 1_024;

const page = (name: string, body: () => Buffer, headers?: Readonly<Record<string, string>>) => {
  let made: Buffer | undefined;
  return {
    name,
    asked: (socket) => {
      // Made when it is first asked for: a run of one behaviour needs none of the others.
      made ??= body();
      answer(socket, made.subarray(0, made.lastIndexOf('\n') + 1 || made.length), headers);
    },
  } satisfies Behaviour;
};

/** The same line again and again. */
const repeated = (line: string) => () => Buffer.alloc(LARGE, line);

/** Lines with a number each. */
const numbered = (line: (n: number) => string) => () => {
  const lines: string[] = [];
  for (let n = 0, bytes = 0; bytes < LARGE; n++) {
    const next = line(n);
    lines.push(next);
    bytes += next.length;
  }
  return Buffer.from(lines.join(''), 'latin1').subarray(0, LARGE);
};

const LINES_OF_A_PIECE = 2_000;

/** Digits that make the names of a visit its own. */
const VISIT_DIGITS = 8;

/** A large page in whose lines each visit has names of its own: all lines are equally long. */
const renewed = (name: string, line: (visit: string, n: string) => string): Behaviour => {
  let template: Buffer | undefined;
  const visitMark = 'v'.repeat(VISIT_DIGITS);
  return {
    name,
    asked: (socket, visit) => {
      template ??= numbered((n) => line(visitMark, String(n).padStart(7, '0')))();
      const made = template;
      const lineBytes = line(visitMark, '0'.repeat(7)).length;
      const length = made.length - (made.length % lineBytes);
      const digits = Buffer.from(String(visit).padStart(VISIT_DIGITS, '0'));
      const markAt = line(visitMark, '').indexOf(visitMark);
      answerInPieces(socket, length, lineBytes * LINES_OF_A_PIECE, (start, end) => {
        const piece = Buffer.from(made.subarray(start, end));
        for (let at = markAt; at < piece.length; at += lineBytes) piece.set(digits, at);
        return piece;
      });
    },
  };
};

/** Ways to misbehave in a page that comes as it should. */
export const PAGE_BEHAVIOURS: readonly Behaviour[] = [
  page('HTML', () => Buffer.from(`<!doctype html>\n${'<p>metrics?</p>\n'.repeat(100_000)}`), {
    'content-type': 'text/html',
  }),
  page('protobuf', repeated('\u0008\u0012\u0001\n'), {
    'content-type':
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  }),
  page('JSON', repeated('{"status":"UP"},\n'), { 'content-type': 'application/json' }),
  page(
    'invalid UTF-8',
    numbered((n) => `a{b="\xff\xfe${n}"} 1\n`),
  ),
  page('NULs', () => Buffer.alloc(LARGE)),
  page('two million samples of a line', repeated('a 1\n')),
  page('duplicates', repeated('shop_temperature{city="Ulm"} 21\n')),
  page(
    'times that go back',
    numbered((n) => `shop_temperature 21 ${2_000_000_000_000 - n}\n`),
  ),
  page('one line of 8 MiB', () => Buffer.from(`a{b="${'x'.repeat(LARGE - 20)}"} 1\n`)),
  page('a line without an end', () => Buffer.alloc(LARGE, 'a')),
  page('half a million labels in a line', () => {
    const labels = numbered((n) => `l${n}="",`)();
    return Buffer.concat([
      Buffer.from('a{'),
      labels.subarray(0, labels.lastIndexOf(',')),
      Buffer.from('} 1\n'),
    ]);
  }),
  page(
    'label values of 1 MiB',
    numbered((n) => `a{b="${n}${'y'.repeat(2 ** 20)}"} 1\n`),
  ),
  page(
    'only HELP',
    numbered((n) => `# HELP a${n} ${'h'.repeat(40)}\n`),
  ),
  page(
    'only TYPE',
    numbered((n) => `# TYPE a${n} counter\n`),
  ),
  page('only comments', repeated('#\n')),
  page('a histogram of many buckets', () =>
    Buffer.concat([
      Buffer.from('# TYPE shop_seconds histogram\n'),
      numbered((n) => `shop_seconds_bucket{le="${n}"} ${n}\n`)(),
    ]).subarray(0, LARGE),
  ),
  renewed('other names each time', (visit, n) => `n${visit}_${n} 1\n`),
  renewed('other labels each time', (visit, n) => `a{user="${visit}${n}"} 1\n`),
  renewed(
    'other labels of a metric that is published',
    (visit, n) => `shop_orders_total{user="${visit}${n}"} 1\n`,
  ),
];
