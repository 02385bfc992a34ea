import { Buffer } from './buffer.ts';
import { process } from './process.ts';
import { clearTimeout, setImmediate, setTimeout } from './timers.ts';
import { URL, URLSearchParams } from './url.ts';

/** Of the globals of Node.js those that the sidecar uses and no engine has: esbuild puts them in the place of their free names. */
export { Buffer, clearTimeout, process, setImmediate, setTimeout, URL, URLSearchParams };
