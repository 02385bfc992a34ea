/** A file of tests that finds nothing that another has left, and leaves what it can. */
import { appendFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Construct } from 'constructs';
import { ownState } from './own-state.ts';

const { FARGAUGE_TEST_RECORD = '' } = process.env;

/** A class of a package, on which something is left. */
const shared = Construct as typeof Construct & { files?: number };

export function leavesTraces(): void {
  it('finds modules and a process as they were', () => {
    expect(ownState.files).toBe(0);
    expect(process.env.FARGAUGE_LEFT).toBeUndefined();
    expect(process.env.HOME).not.toBe('left');
    expect(process.cwd()).not.toBe('/');
    expect(new Error('here').stack).toContain('leaving.ts');
    expect(new Map()).toBeInstanceOf(globalThis.Map);
    ownState.files++;
    shared.files = (shared.files ?? 0) + 1;
    process.env.FARGAUGE_LEFT = 'left';
    process.env.HOME = 'left';
    process.chdir('/');
    appendFileSync(FARGAUGE_TEST_RECORD, `${shared.files}\n`);
  });
}
