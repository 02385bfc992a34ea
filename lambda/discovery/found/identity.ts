import { createHash } from 'node:crypto';
import type { EcsSource } from '../../model/settings/config.ts';
import { Secret } from '../../model/settings/secret.ts';

/** A text that is equal for equal parts of configurations. It shows no secret. */
export function identityOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts, withSetsAndSecrets);
}

/** A short text that is equal for sources with the same account, Region and credentials. */
export function sourceKey({ clusters: _, ...source }: EcsSource): string {
  return createHash('sha256').update(identityOf(source)).digest('base64url').slice(0, 16);
}

/** JSON drops sets and secrets. */
function withSetsAndSecrets(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[key];
  if (original instanceof Set) return [...original].sort();
  if (!(original instanceof Secret)) return value;
  return createHash('sha256').update(original.reveal()).digest('hex');
}
