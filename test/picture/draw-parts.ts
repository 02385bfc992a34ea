/** `node test/picture/draw-parts.ts`: draws the parts of Fargauge to docs/images/parts.svg. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { partsPicture } from './parts.ts';

await writeFile(join(REPOSITORY, 'docs/images/parts.svg'), partsPicture());
