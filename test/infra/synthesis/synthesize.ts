/**
 * Synthesizes the CDK apps that its standard input names, one after the other in one process: loading the CDK takes longer than all of
 * them. Their package `fargauge` is what is written here. Writes a line for each: the number of the app, and what was wrong with it,
 * if anything was.
 */
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import '../own-constructs.ts';

/** An app to synthesize. */
export interface SynthesisRequest {
  /** Path of its program. */
  readonly program: string;
  /** The folder for what it makes. */
  readonly folder: string;
  /** The folder that it runs in. */
  readonly cwd: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** What came of it. */
export interface SynthesisAnswer {
  readonly index: number;
  /** Absent: its templates are there. */
  readonly problem?: string;
}

const requests: SynthesisRequest[] = JSON.parse(await text(process.stdin));
for (const [index, { program, folder, cwd, context = {} }] of requests.entries()) {
  process.chdir(cwd);
  process.env.CDK_OUTDIR = folder;
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
  answer({ index, ...(await problemOf(`${pathToFileURL(program).href}?${index}`)) });
}

/** An app is synthesized when its program has run to its end, which here goes on with the next. */
async function problemOf(url: string): Promise<{ problem?: string }> {
  try {
    await import(url);
    const synthesize = process.listeners('beforeExit');
    process.removeAllListeners('beforeExit');
    for (const listener of synthesize) listener(0);
    return {};
  } catch (error) {
    return { problem: String(error) };
  }
}

function answer(given: SynthesisAnswer): void {
  process.stdout.write(`${JSON.stringify(given)}\n`);
}
