import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RejectReason } from '../../lambda/model/delivery/event.ts';
import { eventBytes } from '../../lambda/model/delivery/event-size.ts';
import { fileOutput } from '../../lambda/outputs/file.ts';
import { MAX_LAMBDA_LINE_BYTES, stdoutOutput } from '../../lambda/outputs/stdout.ts';
import { logEvent } from './events.ts';

const accepted = (count: number) => ({ accepted: count, rejected: new Map() });
const rejected = (reason: RejectReason, count = 1) => ({
  accepted: 0,
  rejected: new Map([[reason, count]]),
});

let deadline: AbortController;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fargauge-outputs-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A stream whose writes end only when they are told to. */
function slowStream() {
  const written: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => written.push(done),
  });
  return { stream, next: () => written.shift()?.() };
}

function signal(): AbortSignal {
  deadline = new AbortController();
  return deadline.signal;
}

describe('standard output', () => {
  it('is not waited for beyond the patience with a reader that does not read', async () => {
    const { stream } = slowStream();
    const delivery = stdoutOutput(stream).open(signal(), 50);
    const first = delivery.write([logEvent({ message: '{"a":1}' })]);
    await delivery.ready();
    const second = delivery.write([logEvent({ message: '{"b":2}' })]);
    expect(await second).toEqual(rejected('unavailable'));
    deadline.abort();
    const report = await delivery.close();
    expect(await first).toEqual(rejected('deadline'));
    expect(report.errors).toContain(
      'stdout has no room for more, because it has not answered for 50 ms',
    );
  });

  it('gets one line for each event, and stays open', async () => {
    const stream = new PassThrough({ encoding: 'utf8' });
    const delivery = stdoutOutput(stream).open(signal());
    const write = delivery.write([
      logEvent({ message: '{"a":1}', metrics: 3 }),
      logEvent({ message: '{"b":"ä"}' }),
    ]);
    const report = await delivery.close();

    expect(await write).toEqual(accepted(2));
    expect(stream.read()).toBe('{"a":1}\n{"b":"ä"}\n');
    expect(stream.writable).toBe(true);
    expect(report).toEqual({
      output: 'stdout',
      events: 2,
      metrics: 4,
      bytes: eventBytes('{"a":1}') + eventBytes('{"b":"ä"}'),
      requests: 1,
      rejected: {},
      errors: [],
    });
  });

  it('of a function takes lines of its limit, and rejects longer ones', async () => {
    const stream = new PassThrough({ encoding: 'utf8', highWaterMark: 1e6 });
    const output = stdoutOutput(stream, MAX_LAMBDA_LINE_BYTES);
    const longest = 'x'.repeat(MAX_LAMBDA_LINE_BYTES - 1);
    expect(output.maxEventBytes).toBe(eventBytes(longest));
    const delivery = output.open(signal());
    const write = delivery.write([
      logEvent({ message: longest }),
      logEvent({ message: `${longest}x` }),
      logEvent({ message: 'short' }),
    ]);
    const { errors, events } = await delivery.close();

    expect(await write).toEqual({ accepted: 2, rejected: new Map([['too_large', 1]]) });
    expect(stream.read()).toBe(`${longest}\nshort\n`);
    expect(events).toBe(2);
    expect(errors).toEqual([
      `An event for stdout has ${eventBytes(longest) + 1} bytes, expected at most ${eventBytes(longest)}`,
    ]);
  });

  it('that fails makes the events unavailable, not the process', async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(new Error('EPIPE: broken pipe')),
    });
    const delivery = stdoutOutput(stream).open(signal());
    const failed = once(stream, 'error');
    const writes = [delivery.write([logEvent(), logEvent()]), delivery.write([logEvent()])];
    await failed;
    expect(await writes[0]).toEqual(rejected('unavailable', 2));
    expect(await writes[1]).toEqual(rejected('unavailable'));
    const report = await delivery.close();
    expect(report).toMatchObject({ events: 0, rejected: { unavailable: 3 } });
    expect(report.errors).toContain('Writing to stdout failed. EPIPE: broken pipe');
  });

  it('that is slow makes the cycle wait', async () => {
    const { stream, next } = slowStream();
    const delivery = stdoutOutput(stream).open(signal());
    await delivery.ready();
    const write = delivery.write([logEvent()]);
    let isReady = false;
    const ready = delivery.ready().then(() => {
      isReady = true;
    });
    await new Promise(setImmediate);
    expect(isReady).toBe(false);
    next();
    await ready;
    expect(await write).toEqual(accepted(1));
  });

  it('that takes nothing is given up at the deadline', async () => {
    const { stream, next } = slowStream();
    const delivery = stdoutOutput(stream).open(signal());
    const write = delivery.write([logEvent(), logEvent()]);
    const closed = delivery.close();
    deadline.abort();
    expect(await write).toEqual(rejected('deadline', 2));
    expect(await closed).toMatchObject({
      events: 0,
      errors: ['Writing to stdout did not end by the deadline'],
    });
    next();
    expect(await write).toEqual(rejected('deadline', 2));
  });

  it('gets nothing after the deadline, nor after the end', async () => {
    const stream = new PassThrough();
    const delivery = stdoutOutput(stream).open(signal());
    deadline.abort();
    expect(await delivery.write([logEvent()])).toEqual(rejected('deadline'));
    expect(await delivery.write([])).toEqual(accepted(0));
    await delivery.close();
    expect(stream.read()).toBeNull();
    expect(() => delivery.write([])).toThrow(new Error('Expected no write after close'));
  });
});

describe('a file', () => {
  it('gets the lines of one delivery after those of the other', async () => {
    const path = join(folder, 'events.jsonl');
    for (const message of ['{"a":1}', '{"b":2}']) {
      const delivery = fileOutput(path).open(signal());
      const write = delivery.write([logEvent({ message })]);
      await delivery.ready();
      expect(await delivery.close()).toMatchObject({ output: `file ${path}`, events: 1 });
      expect(await write).toEqual(accepted(1));
    }
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":2}\n');
  });

  it('that ends in a part of a line gets a whole one after it', async () => {
    const path = join(folder, 'broken.jsonl');
    writeFileSync(path, '{"a":1}\n{"b"');
    const delivery = fileOutput(path).open(signal());
    const write = delivery.write([logEvent({ message: '{"c":3}' })]);
    await delivery.close();
    expect(await write).toEqual(accepted(1));
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b"\n{"c":3}\n');
  });

  it('that cannot be opened makes the events unavailable', async () => {
    const path = join(folder, 'missing', 'events.jsonl');
    const delivery = fileOutput(path).open(signal());
    const write = delivery.write([logEvent()]);
    const { errors } = await delivery.close();
    expect(await write).toEqual(rejected('unavailable'));
    expect(errors).toEqual([expect.stringContaining(`Writing to file ${path} failed. ENOENT`)]);
  });

  it('that nothing was written to is closed all the same', async () => {
    const path = join(folder, 'missing', 'events.jsonl');
    const { errors } = await fileOutput(path).open(signal()).close();
    expect(errors).toEqual([expect.stringContaining(`Closing file ${path} failed. ENOENT`)]);
  });

  it('on a full device makes the events unavailable', async () => {
    if (!existsSync('/dev/full')) {
      console.log('No /dev/full on this system: nothing to test');
      return;
    }
    const delivery = fileOutput('/dev/full').open(signal());
    const write = delivery.write([logEvent()]);
    const { errors } = await delivery.close();
    expect(await write).toEqual(rejected('unavailable'));
    expect(errors).toEqual([expect.stringContaining('ENOSPC')]);
  });

  it('that takes nothing is given up at the deadline', async () => {
    const { stream } = slowStream();
    const delivery = fileOutput('slow', () => stream).open(signal());
    const write = delivery.write([logEvent()]);
    const closed = delivery.close();
    deadline.abort();
    expect(await closed).toMatchObject({ rejected: { deadline: 1 } });
    expect(await write).toEqual(rejected('deadline'));
    expect(stream.destroyed).toBe(true);
  });
});
