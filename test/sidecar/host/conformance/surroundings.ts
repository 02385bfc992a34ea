import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Scenarios } from './scenario.ts';

const URLS = [
  ...[
    'http://169.254.170.2/v4/0a-1',
    'http://127.0.0.1:8080/metrics?x=1#y',
    'HTTP://Example.COM:80/',
  ],
  ...['http://a', 'http://a/b/../c/./d', 'http://a/%2e%2E/x', 'http:a', 'http:/a', 'http:\\\\a\\b'],
  ...[
    'http://[::1]:9/x',
    'http://[::ffff:1.2.3.4]/',
    'http://[1:0:0:2::3]',
    'http://[::1',
    'http://[x]',
  ],
  ...[
    'http://127.1/',
    'http://0x7f.1',
    'http://017700000001',
    'http://256.1.1.1',
    'http://1.2.3.4.5',
    'http://4294967296',
  ],
  ...[
    'http://user:pw@h/',
    'http://user@h/',
    'http://@h/',
    'http://h:/',
    'http://h:65536',
    'http://h:x',
    'http://h:0',
  ],
  ...[
    'http://',
    'http://?x',
    'https://h/',
    'ftp://h',
    '/path',
    '',
    'http',
    ' http://h/ ',
    'http://h/a b?c d"<>',
    'ht\ntp://h',
  ],
  ...[
    "http://h/'?'",
    'http://h/{}|^`?{}|^`',
    'http://h/\u00e4?\u00e4',
    'http://h^h',
    'http://h%41',
    'http://h%2f',
    'http://a_b-c.d',
  ],
  ...[
    'http://h?',
    'http://h#',
    'http://h/..',
    'http://h/a//b',
    'http://h/%zz',
    'http://1.h',
    'http://h.1',
    'http://1.2.3.4.',
  ],
];

export const surroundings: Scenarios = {
  'URLs have their parts'(note) {
    for (const text of URLS) {
      const url = URL.parse(text);
      // Of others than HTTP nobody asks more.
      if (url?.protocol !== 'http:') note(`${text}: none`);
      else {
        const { hostname, port, pathname, search, username, password } = url;
        note(
          JSON.stringify([
            text,
            hostname,
            port,
            pathname,
            search,
            username !== '',
            password !== '',
          ]),
        );
      }
    }
    try {
      note(new URL('nothing').hostname);
    } catch (error) {
      note(`${(error as Error).name} ${(error as Error).message}`);
    }
  },

  'queries have their values'(note) {
    for (const query of [
      'since=1',
      'a=b&since=1&since=2',
      'since',
      'since=',
      '%73ince=a%20b+c',
      'x=since',
      '',
      '&&since=%zz%',
      '?since=1',
      'since=%ff',
    ]) {
      note(JSON.stringify(new URLSearchParams(query).get('since')));
    }
  },

  'addresses are told from names'(note) {
    for (const text of [
      '127.0.0.1',
      '01.2.3.4',
      '1.2.3',
      '::',
      '::1',
      '1::2::3',
      'fe80::1',
      '::ffff:1.2.3.4',
      'localhost',
      '',
      ' ::1',
      '256.0.0.1',
    ]) {
      note(`${text} ${isIP(text)}`);
    }
  },

  'files are read'(note) {
    note(String(readFileSync('/proc/self/comm', 'utf8').length > 0));
    for (const path of ['/absent/file', '/proc/self', '/proc/self/mem/x']) {
      try {
        note(readFileSync(path, 'utf8'));
      } catch (error) {
        note(String(error));
      }
    }
  },

  async 'events are told to those who listen'(note) {
    const emitter = new EventEmitter();
    const listener = (...values: unknown[]) => note(`on ${values}`);
    emitter
      .on('a', listener)
      .on('a', listener)
      .once('a', () => note('once'));
    emitter.emit('a', 1, 2);
    emitter.off('a', listener);
    note(String(emitter.emit('a', 3)));
    note(String(emitter.emit('b')));
    try {
      emitter.emit('error', new Error('unheard'));
    } catch (error) {
      note(String(error));
    }
    const told = once(emitter, 'c');
    emitter.emit('c', 'd', 'e');
    note(JSON.stringify(await told));
    const failed = once(emitter, 'c');
    emitter.emit('error', new Error('heard'));
    await failed.catch((error: unknown) => note(String(error)));
    emitter.on('d', () => emitter.on('d', () => note('later')));
    note(String(emitter.emit('d')));
  },

  async 'a long text reaches who reads it'(note) {
    const text = `${'y'.repeat(1_000)}\n`.repeat(2_000);
    await new Promise((resolve) => void process.stdout.write(text, resolve));
    note('taken');
  },

  async 'an empty text is taken too'(note) {
    await new Promise((resolve) => void process.stdout.write('', resolve));
    note('taken');
  },

  async 'a signal is told to who listens'(note) {
    const told = once(process, 'SIGTERM');
    // To wait for a signal keeps no process alive.
    const alive = setTimeout(() => note('too late'), 20_000);
    note('ready');
    await told;
    clearTimeout(alive);
    note('told');
  },

  'an error that nobody catches ends the process'() {
    setTimeout(() => {
      throw new Error('uncaught');
    }, 1);
    return new Promise(() => undefined);
  },

  'a rejection that nobody handles ends the process'() {
    void Promise.reject(new Error('unhandled'));
    return new Promise((resolve) => void setTimeout(resolve, 100));
  },

  'a rejection that is handled in time does not'() {
    const late = Promise.reject(new Error('handled'));
    return late.catch(() => undefined);
  },

  'a program that waits for nothing ends'() {
    return new Promise(() => undefined);
  },
};
