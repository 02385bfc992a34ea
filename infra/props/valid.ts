import { type Duration, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { InvalidPropsError } from './errors.ts';

/** Memory of a function in MiB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEMORY_SIZE = { min: 128, max: 10_240 };

/** The construct with the property, or the path that it would have. */
export type Owner = IConstruct | string;

/** A whole number of at least `minimum`. Values that are known only at deployment are not checked, here and below. */
export function validCount(owner: Owner, name: string, count: number, minimum = 1): number {
  if (!Token.isUnresolved(count) && !(Number.isInteger(count) && count >= minimum)) {
    throw new InvalidPropsError(
      owner,
      `Expected \`${name}\` to be a whole number of at least ${minimum}, got ${count}`,
    );
  }
  return count;
}

export function validPercent(owner: Owner, name: string, percent: number): number {
  if (!Token.isUnresolved(percent) && !(percent >= 0 && percent <= 100)) {
    throw new InvalidPropsError(
      owner,
      `Expected \`${name}\` to be a percentage from 0 to 100, got ${percent}`,
    );
  }
  return percent;
}

export interface DurationRange {
  readonly min: Duration;
  readonly max: Duration;
  /** The reason for the least value, for messages. */
  readonly why?: string;
}

export function validDuration(
  owner: Owner,
  name: string,
  duration: Duration,
  { min, max, why }: DurationRange,
): Duration {
  if (duration.isUnresolved()) return duration;
  const seconds = duration.toSeconds();
  if (seconds >= min.toSeconds() && seconds <= max.toSeconds()) return duration;
  const least = `${min.toHumanString()}${why === undefined ? '' : `, ${why},`}`;
  throw new InvalidPropsError(
    owner,
    `Expected \`${name}\` to be from ${least} to ${max.toHumanString()}, got ${duration.toHumanString()}`,
  );
}

/** A number that a TCP port may have. */
export function validPort(owner: Owner, name: string, port: number): number {
  if (!Token.isUnresolved(port) && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new InvalidPropsError(owner, `Expected \`${name}\` to be from 1 to 65535, got ${port}`);
  }
  return port;
}

/** Memory that a Lambda function may have, in MiB. */
export function validMemorySize(owner: Owner, size: number): number {
  const { min, max } = MEMORY_SIZE;
  if (!Token.isUnresolved(size) && !(Number.isInteger(size) && size >= min && size <= max)) {
    throw new InvalidPropsError(
      owner,
      `Expected \`memorySize\` to be a whole number of MiB from ${min} to ${max}, got ${size}`,
    );
  }
  return size;
}
