/**
 * Synthesizes the CDK apps that its standard input names, one after the other in one process. Writes a line for each: the number of the
 * app, and what was wrong with it, if anything was.
 */
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { App } from 'aws-cdk-lib/core';

/** An app to synthesize. */
export interface SynthesisRequest {
  /** Path of its program. */
  readonly program: string;
  /** The folder for what it makes. */
  readonly folder: string;
  /** The folder that it runs in. */
  readonly cwd: string;
  readonly context?: Readonly<Record<string, unknown>>;
  /** Whether to say what cdk-nag finds, and make no assembly. */
  readonly asFindings?: boolean;
}

/** What came of it. */
export interface SynthesisAnswer {
  readonly index: number;
  /** Absent: its templates are there. */
  readonly problem?: string;
  /** What cdk-nag finds, where it was asked for. */
  readonly findings?: readonly string[];
}

const requests: SynthesisRequest[] = JSON.parse(await text(process.stdin));
const synth = App.prototype.synth;
for (const [index, { program, folder, cwd, context = {}, asFindings }] of requests.entries()) {
  process.chdir(cwd);
  process.env.CDK_OUTDIR = folder;
  process.env.CDK_CONTEXT_JSON = JSON.stringify(context);
  const findings = asFindings === true ? await collectFindings() : undefined;
  const problem = await problemOf(`${pathToFileURL(program).href}?${index}`);
  answer({ index, ...problem, ...(findings && { findings }) });
  App.prototype.synth = synth;
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

/** From now on an app that is synthesized adds what cdk-nag finds in it, and writes nothing. */
async function collectFindings(): Promise<string[]> {
  const { findingsIn } = await import('../nag/findings.ts');
  const findings: string[] = [];
  App.prototype.synth = function (this: App) {
    findings.push(...findingsIn(this));
    return undefined as never;
  };
  return findings;
}

function answer(given: SynthesisAnswer): void {
  process.stdout.write(`${JSON.stringify(given)}\n`);
}
