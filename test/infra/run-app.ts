/**
 * Runs a CDK app of the repository, which gets the constructs as they are written here where it imports the package:
 * `node run-app.ts PROGRAM`. With the second argument `findings` it writes no templates, but what cdk-nag's AwsSolutions pack
 * finds, a line each.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { App } from 'aws-cdk-lib/core';
import { findingsIn } from './findings.ts';

const CONSTRUCTS = new URL('../../infra/index.ts', import.meta.url).href;

const [, , program = '', mode] = process.argv;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'fargauge' ? { url: CONSTRUCTS, shortCircuit: true } : next(specifier, context),
});

if (mode === 'findings') {
  // An app is synthesized when its program has run to its end.
  App.prototype.synth = function (this: App) {
    for (const finding of findingsIn(this)) process.stdout.write(`${finding}\n`);
    return undefined as never;
  };
}

await import(pathToFileURL(program).href);
