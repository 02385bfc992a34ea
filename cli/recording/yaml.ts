import { type ScalarTag, stringify } from 'yaml';
import { WrittenScalar } from '../../lambda/config/yaml/written-scalar.ts';
import type { Tree } from './native.ts';

/** Writes an unquoted scalar as its author did, for readers with other types than those of YAML 1.2. */
const WRITTEN: ScalarTag = {
  tag: 'tag:fargauge,2026:written',
  default: true,
  identify: (value) => value instanceof WrittenScalar,
  resolve: (text) => text,
  stringify: ({ value }) => (value as WrittenScalar).text,
};

/** The YAML of a tree. */
export function yamlOf(tree: Tree): string {
  return stringify(tree, {
    customTags: (tags) => [...tags, WRITTEN],
    // The tree may repeat objects, of which anchors would make a riddle.
    aliasDuplicateObjects: false,
    lineWidth: 0,
  });
}
