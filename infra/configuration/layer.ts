import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { FileSystem } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/**
 * The files of a configuration that is too large for the function's environment. A layer comes and goes with the
 * version of the function that reads it, and needs no permission, no network and no helper function at deployment.
 */
export class ConfigurationLayer extends LayerVersion {
  /** @param files contents by name */
  constructor(scope: Construct, id: string, files: Readonly<Record<string, string>>) {
    const directory = FileSystem.mkdtemp('fargauge-');
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), content);
    }
    super(scope, id, {
      description: 'Configuration of the Fargauge collector',
      code: Code.fromAsset(directory),
    });
    // The assembly has its own copy by now.
    rmSync(directory, { recursive: true });
  }
}
