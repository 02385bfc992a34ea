import { isSection, type Tree } from '../recording/native.ts';
import type { Fate } from './fate.ts';

/** Sections by name. An empty one is null in YAML. */
export function entriesOf(tree: Tree): readonly (readonly [string, Tree])[] {
  if (!isSection(tree)) return [];
  return Object.entries(tree);
}

/** A component `type/name` has the type before the slash. */
export function typeOf(component: string): string {
  return component.split('/')[0] ?? component;
}

export function taken(part: string, text: string): Fate {
  return { part, fate: 'taken', text };
}

export function changed(part: string, text: string): Fate {
  return { part, fate: 'changed', text };
}

export function leftOut(part: string, text: string): Fate {
  return { part, fate: 'left out', text };
}
