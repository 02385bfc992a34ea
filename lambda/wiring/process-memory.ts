import { readFileSync } from 'node:fs';

/** Files with the memory limit of a container: cgroup v2 and v1. */
const LIMIT_FILES = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];

/** Default memory of the function. */
const DEFAULT_BYTES = 512 * 2 ** 20;

/** No machine has more: cgroup v1 writes such numbers for no limit. */
const NO_LIMIT = 2 ** 50;

const MEBIBYTE = 2 ** 20;

/**
 * Bytes of memory that the process may use: the memory of the Lambda function, else the limit of its container, else
 * 512 MiB.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 *
 * @param read reads a file. @default the system's
 */
export function processMemory(
  environment: Readonly<Record<string, string | undefined>>,
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): number {
  const ofFunction = Number(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) * MEBIBYTE;
  if (ofFunction > 0) return ofFunction;
  for (const file of LIMIT_FILES) {
    const limit = limitIn(file, read);
    if (limit !== undefined) return limit;
  }
  return DEFAULT_BYTES;
}

function limitIn(file: string, read: (path: string) => string): number | undefined {
  try {
    // Version 2 writes `max` for no limit.
    const limit = Number(read(file));
    return limit > 0 && limit < NO_LIMIT ? limit : undefined;
  } catch {
    return undefined;
  }
}
