/**
 * Runs a CDK app of the repository, which gets the constructs as they are written here where it imports the package:
 * `node run-app.ts PROGRAM`. With the second argument `findings` it writes no templates, but what cdk-nag's AwsSolutions pack
 * finds, a line each.
 */
import { pathToFileURL } from 'node:url';
import { App } from 'aws-cdk-lib/core';
import { findingsIn } from './findings.ts';
import './own-constructs.ts';

const [, , program = '', mode] = process.argv;

if (mode === 'findings') {
  // An app is synthesized when its program has run to its end.
  App.prototype.synth = function (this: App) {
    for (const finding of findingsIn(this)) process.stdout.write(`${finding}\n`);
    return undefined as never;
  };
}

await import(pathToFileURL(program).href);
