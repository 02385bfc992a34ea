/** Gives the constructs as they are written here to who imports the package. */
import { registerHooks } from 'node:module';

const CONSTRUCTS = new URL('../../infra/index.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'fargauge' ? { url: CONSTRUCTS, shortCircuit: true } : next(specifier, context),
});
