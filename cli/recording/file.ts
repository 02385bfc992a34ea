import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Findings } from '../../lambda/config/findings/findings.ts';
import { reasonOf } from '../../lambda/config/findings/reason.ts';
import { MAX_RECORDING_BYTES, type Recording } from './format.ts';
import { parseRecording, RecordingError } from './parse.ts';

/** Its owner alone reads a recording, because pages may tell more than their authors think. */
const MODE = 0o600;

const GZIPPED = /\.gz$/i;

/** The first bytes of gzip: RFC 1952, section 2.3.1. */
const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * Writes a recording, compressed if the name ends in `.gz`. A file that exists is an error of the system, EEXIST, unless
 * `force` is given.
 */
export async function writeRecording(
  path: string,
  recording: Recording,
  { force = false } = {},
): Promise<{ readonly bytes: number }> {
  const text = `${JSON.stringify(recording, undefined, 1)}\n`;
  const content = GZIPPED.test(path) ? await promisify(gzip)(text) : Buffer.from(text);
  // A file that is replaced keeps its mode, so a new one takes its place.
  const written = force ? `${path}.${process.pid}` : path;
  const file = await open(written, 'wx', MODE);
  try {
    await file.writeFile(content);
    await file.close();
    if (force) await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
  return { bytes: content.length };
}

/** @throws RecordingError */
export async function readRecording(path: string): Promise<Recording> {
  return parseRecording(path, await textOf(path));
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_RECORDING_BYTES) throw new Error(`it has ${size} bytes`);
    const content = await readFile(path);
    if (!content.subarray(0, GZIP.length).equals(GZIP)) return content.toString();
    // A small file may unpack to any size.
    return (await promisify(gunzip)(content, { maxOutputLength: MAX_RECORDING_BYTES })).toString();
  } catch (error) {
    const findings = new Findings();
    const expected = `a recording of at most ${MAX_RECORDING_BYTES} bytes that can be read`;
    findings.reject({ source: path, path: [] }, expected, 'none', reasonOf(error));
    throw new RecordingError(findings.issues);
  }
}
