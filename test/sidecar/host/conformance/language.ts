import type { Scenarios } from './scenario.ts';

/** Numbers that are hard to write, or to read. */
const NUMBERS = [
  0,
  -0,
  1e21,
  1e-7,
  123456789012345680000,
  5e-324,
  1.7976931348623157e308,
  0.1 + 0.2,
  4.35,
  2 ** 53,
];

export const language: Scenarios = {
  'numbers are written alike'(note) {
    let seed = 1;
    let digest = 7;
    for (let count = 0; count < 20_000; count += 1) {
      seed = (seed * 48_271) % 2_147_483_647;
      const value = (seed / 1_000) * 10 ** ((seed % 60) - 30);
      const text = `${value} ${value.toFixed(3)} ${value.toPrecision(6)} ${Number(String(value)) === value}`;
      for (const character of text)
        digest = (digest * 31 + character.charCodeAt(0)) % 4_294_967_291;
    }
    note(String(digest));
    for (const value of NUMBERS)
      note(`${value} ${JSON.stringify(value)} ${Number.parseFloat(`${value}x`)}`);
  },

  'JSON is read and refused alike'(note) {
    for (const text of [
      '{"a":1,"a":2,"__proto__":3}',
      '[1e400,-0,1.0E+2,18446744073709551615]',
      '"\\ud800\\u0041\\n"',
      ' \t\n\r null ',
      '',
      '{',
      '[1,]',
      '01',
      '\u00a01',
      '"\t"',
      'NaN',
      '{"a":}',
      '[1] 2',
      '\ufeff1',
    ]) {
      try {
        note(JSON.stringify(JSON.parse(text)));
      } catch (error) {
        note((error as Error).name);
      }
    }
  },

  'a document without bottom is an error, not the end'(note) {
    try {
      JSON.parse('['.repeat(200_000));
      note('read');
    } catch (error) {
      note(String(error instanceof Error));
    }
  },

  'regular expressions match alike'(note) {
    const long = 'ee_task_cpu_utilization_percent'.repeat(20);
    for (const pattern of [
      '^ee_.*percent$',
      '(?<name>[a-z]+)_(?:cpu|memory)',
      '(?<!x)task(?=_)',
      '\\p{L}+',
      '[^]',
      '(a+)+$',
      '(',
      '[z-a]',
      '\\',
      '?',
      'a{2,1}',
    ]) {
      try {
        const match = new RegExp(pattern).exec(long.slice(0, 31));
        note(JSON.stringify([match, match?.groups]));
      } catch (error) {
        note((error as Error).name);
      }
    }
    note('a.b.c'.replaceAll('.', '$&-'));
    note(JSON.stringify('  Bearer  x'.split(/\s+/)));
  },

  'times are read and written alike'(note) {
    for (const text of [
      '2026-05-01T10:00:00Z',
      '2026-05-01T10:00:00+02:00',
      '2026-02-30T10:00:00Z',
      '0001-01-01T00:00:00Z',
      '2026-13-01T00:00:00Z',
    ]) {
      note(String(Date.parse(text)));
    }
    note(new Date(1_777_615_200_123).toUTCString());
    note(new Date(1_777_615_200_123).toISOString());
    note(`${1_777_615_200_123_456_789n / 1_000_000_000n} ${Number(2n ** 64n)}`);
  },

  'collections keep their order'(note) {
    const values = Array.from({ length: 200 }, (_, index) => ({ key: (index * 7) % 13, index }));
    note(
      values
        .toSorted((a, b) => a.key - b.key)
        .map(({ index }) => index)
        .join(),
    );
    note(
      JSON.stringify(
        [...Map.groupBy(values, ({ key }) => key % 3)].map(([key, all]) => [key, all.length]),
      ),
    );
    note(Object.keys({ b: 1, 2: 2, a: 3, 1: 4 }).join());
    note(['b', 'B', '\u00e4', 'a', '\u{1f600}', '\uffff'].toSorted().join());
  },

  async 'what is to be done later is done in its order'(note) {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(() => note('timer of 300'), 300);
    setTimeout(() => {
      note('timer of 1');
      void Promise.resolve().then(() => note('microtask of a timer'));
      setImmediate(() => {
        note('immediate');
        setImmediate(() => note('immediate of an immediate'));
        void Promise.resolve().then(() => note('microtask of an immediate'));
      });
    }, 1);
    clearTimeout(setTimeout(() => note('never'), 1));
    setTimeout(resolve, 600);
    void Promise.resolve().then(() => note('microtask'));
    note('now');
    await promise;
  },
};
