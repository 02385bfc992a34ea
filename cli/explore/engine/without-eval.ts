import { config } from 'zod';

// Zod compiles schemas to code where it can. The page's Content-Security-Policy forbids that, and the browser reports each try.
config({ jitless: true });
