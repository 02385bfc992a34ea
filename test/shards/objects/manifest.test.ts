import { expect, it } from '@jest/globals';
import {
  decodeManifest,
  encodeManifest,
  ManifestError,
} from '../../../lambda/shards/objects/manifest.ts';

const CONTENT = {
  layout: { number: 2, shards: 1, since: 1, inherits: { number: 1, shards: 3 } },
  cycles: [3, 2],
  endsBy: 58,
  digests: ['abc'],
  listedAt: 2,
  foundAt: 3,
  complete: true,
};

it('a manifest is what it was', () => {
  expect(decodeManifest(encodeManifest(CONTENT))).toEqual({ version: 1, ...CONTENT });
});

it.each([
  ['nothing', '', 'got 0 bytes: Unexpected end of JSON input'],
  [
    'one of a later version',
    JSON.stringify({ version: 2, ...CONTENT }),
    'Invalid input: expected 1\n  → at version',
  ],
  [
    'one without shards',
    JSON.stringify({ version: 1, ...CONTENT, layout: { number: 1, shards: 0, since: 0 } }),
    'Too small: expected number to be >=1\n  → at layout.shards',
  ],
])('%s is refused', (_, text, message) => {
  const decode = () => decodeManifest(Buffer.from(text));
  expect(decode).toThrow(ManifestError);
  expect(decode).toThrow(message);
});
