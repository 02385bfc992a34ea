import { describe, expect, it } from '@jest/globals';
import { processMemory } from '../../lambda/wiring/process-memory.ts';

const MEBIBYTE = 2 ** 20;

/** A machine on which these files say these things. */
function files(texts: Record<string, string>) {
  return (path: string) => {
    const text = texts[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  };
}

const V2 = '/sys/fs/cgroup/memory.max';
const V1 = '/sys/fs/cgroup/memory/memory.limit_in_bytes';

describe('The memory of the process', () => {
  it.each<[string, Record<string, string>, Record<string, string>, number]>([
    ['that of a function', { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024' }, { [V2]: '1' }, 1024],
    ['that of a container, cgroup v2', {}, { [V2]: '268435456\n' }, 256],
    ['that of a container, cgroup v1', {}, { [V1]: '134217728\n' }, 128],
    ['the default in a container without a limit, cgroup v2', {}, { [V2]: 'max\n' }, 512],
    ['the default in one, cgroup v1', {}, { [V1]: '9223372036854771712\n' }, 512],
    ['the default without any of them', {}, {}, 512],
    [
      'the default where the variable is no number',
      { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '' },
      {},
      512,
    ],
  ])('is %s', (_, environment, texts, mebibytes) => {
    expect(processMemory(environment, files(texts))).toBe(mebibytes * MEBIBYTE);
  });
});
