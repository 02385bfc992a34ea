import pMap from 'p-map';
import { CycleLease } from '../../state/cycle-lease.ts';
import type { S3Location } from '../../state/s3.ts';
import type { S3ListApi } from '../../state/s3-api.ts';
import { asideName } from '../../state/store.ts';
import type { Layout } from './layout.ts';

/** Objects that are written or deleted at a time. */
const CONCURRENCY = 16;

/** The permissions that may be missing if S3 denies an operation. */
const NEEDED = {
  // Without the right to list, S3 answers a missing object like a forbidden one.
  GetObject: 's3:GetObject on the object and s3:ListBucket on the bucket',
  PutObject: 's3:PutObject on the object',
  ListObjectsV2: 's3:ListBucket on the bucket',
  DeleteObject: 's3:DeleteObject on the object',
} as const;

/** An object, and the version of its content. */
export interface VersionedObject {
  readonly bytes: Uint8Array;
  readonly version: string;
  /** Milliseconds since the epoch, by the clock of S3. */
  readonly writtenAt: number;
}

/**
 * Times of the last write of each object of the collector: milliseconds since the epoch, in whole seconds of the clock
 * of S3.
 */
export interface StoredObjects {
  /** The states of shards: by number of the layout, then of the shard. */
  readonly states: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** Each shard's list of targets. */
  readonly lists: ReadonlyMap<number, number>;
  /** Absent without a manifest. */
  readonly manifestAt?: number | undefined;
  /** The reports of shards about their published metrics, for a `metric_budget`. */
  readonly toldAt: ReadonlyMap<number, number>;
  /** The list of all published metrics. Absent without one. */
  readonly knownAt?: number | undefined;
  /** The state of the undivided collector. Absent without one. */
  readonly undividedAt?: number | undefined;
}

/** A failed operation of S3. The message is for the log. */
export class ShardObjectsError extends Error {
  override readonly name = 'ShardObjectsError';
}

/**
 * The objects of a divided collector, beside the state of the undivided one: `<key>/manifest.json`,
 * `<key>/lists/<shard>` and `<key>/<layout>/<shard>`; with a `metric_budget` also `<key>/metrics/known` and
 * `<key>/metrics/<shard>`. Objects that are set aside begin with `<key>/aside/`, so that a lifecycle rule can expire
 * them.
 */
export class ShardObjects {
  readonly #s3: S3ListApi;
  readonly #place: S3Location;

  constructor(s3: S3ListApi, place: S3Location) {
    this.#s3 = s3;
    this.#place = place;
  }

  /** The state of a shard, or that of the undivided collector. */
  stateOf(shard?: { readonly layout: number; readonly index: number }): S3Location {
    const { bucket, key } = this.#place;
    if (shard === undefined) return { bucket, key };
    const { layout, index } = shard;
    return {
      bucket,
      key: this.#key(`${layout}/${index}`),
      asideKey: this.#key(`aside/${layout}-${index}`),
    };
  }

  /**
   * The lease of the cycles of the undivided collector.
   *
   * @param now milliseconds since the epoch
   */
  undividedLease(now: () => number): CycleLease {
    return new CycleLease(this.#s3, this.#place, now);
  }

  readManifest(signal: AbortSignal): Promise<VersionedObject | undefined> {
    return this.#read(this.#key('manifest.json'), signal);
  }

  /**
   * @param version the version to replace; undefined if there must be none
   * @returns whether it was still the current one
   */
  async writeManifest(
    bytes: Uint8Array,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const condition = version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version };
    try {
      await this.#write(this.#key('manifest.json'), bytes, condition, signal);
      return true;
    } catch (error) {
      const { name } = (error as ShardObjectsError).cause as Error;
      if (name === 'PreconditionFailed' || name === 'ConditionalRequestConflict') return false;
      throw error;
    }
  }

  /**
   * Copies an unreadable manifest to another name.
   *
   * @param now milliseconds since the epoch
   * @returns the name
   */
  async setManifestAside(
    { bytes }: VersionedObject,
    now: number,
    signal: AbortSignal,
  ): Promise<string> {
    const name = asideName(this.#key('aside/manifest.json'), 'corrupt', now);
    await this.#write(name, bytes, {}, signal);
    return `s3://${this.#place.bucket}/${name}`;
  }

  readList(shard: number, signal: AbortSignal): Promise<VersionedObject | undefined> {
    return this.#read(this.#key(`lists/${shard}`), signal);
  }

  async writeLists(lists: ReadonlyMap<number, Uint8Array>, signal: AbortSignal): Promise<void> {
    await pMap(
      lists,
      ([shard, bytes]) => this.#write(this.#key(`lists/${shard}`), bytes, {}, signal),
      { concurrency: CONCURRENCY },
    );
  }

  /** The metrics that all shards know together. */
  readKnownMetrics(signal: AbortSignal): Promise<VersionedObject | undefined> {
    return this.#read(this.#key('metrics/known'), signal);
  }

  /** @returns the version */
  async writeKnownMetrics(bytes: Uint8Array, signal: AbortSignal): Promise<string> {
    const { ETag = '' } = await this.#write(this.#key('metrics/known'), bytes, {}, signal);
    return ETag;
  }

  /** A shard's report about its published metrics. */
  readToldMetrics(shard: number, signal: AbortSignal): Promise<VersionedObject | undefined> {
    return this.#read(this.#key(`metrics/${shard}`), signal);
  }

  async writeToldMetrics(shard: number, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#write(this.#key(`metrics/${shard}`), bytes, {}, signal);
  }

  async find(signal: AbortSignal): Promise<StoredObjects> {
    const { bucket, key } = this.#place;
    const states = new Map<number, Map<number, number>>();
    const lists = new Map<number, number>();
    const toldAt = new Map<number, number>();
    let knownAt: number | undefined;
    let manifestAt: number | undefined;
    let undividedAt: number | undefined;
    let ContinuationToken: string | undefined;
    do {
      const input = { Bucket: bucket, Prefix: key, ContinuationToken };
      const page = await this.#tried('ListObjectsV2', key, signal, () =>
        this.#s3.listObjects(input, signal),
      );
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        const at = LastModified?.getTime() ?? 0;
        if (Key === key) undividedAt = at;
        if (Key === this.#key('manifest.json')) manifestAt = at;
        if (Key === this.#key('metrics/known')) knownAt = at;
        const [, folder, shard] =
          /^\/(\d+|lists|metrics)\/(\d+)$/.exec(Key.slice(key.length)) ?? [];
        if (folder === 'lists') lists.set(Number(shard), at);
        else if (folder === 'metrics') toldAt.set(Number(shard), at);
        else if (folder !== undefined) {
          const ofLayout = states.get(Number(folder)) ?? new Map<number, number>();
          states.set(Number(folder), ofLayout.set(Number(shard), at));
        }
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return { states, lists, toldAt, knownAt, manifestAt, undividedAt };
  }

  /** Deletes the objects that nobody needs once each shard of a layout has a state of its own. */
  async keepOnly(
    { number, shards }: Layout,
    found: StoredObjects,
    signal: AbortSignal,
  ): Promise<void> {
    const obsolete = [
      ...[...found.states].flatMap(([layout, states]) =>
        layout === number
          ? []
          : Array.from(states.keys(), (shard) => this.#key(`${layout}/${shard}`)),
      ),
      ...[...found.lists.keys()]
        .filter((shard) => shard >= shards)
        .map((each) => this.#key(`lists/${each}`)),
      // The known metrics already contain these reports.
      ...[...found.toldAt]
        .filter(([shard, at]) => shard >= shards && at < (found.knownAt ?? 0))
        .map(([shard]) => this.#key(`metrics/${shard}`)),
      ...(found.undividedAt === undefined ? [] : [this.#place.key]),
    ];
    const { bucket } = this.#place;
    await pMap(
      obsolete,
      (key) =>
        this.#tried('DeleteObject', key, signal, () =>
          this.#s3.deleteObject({ Bucket: bucket, Key: key }, signal),
        ),
      { concurrency: CONCURRENCY },
    );
  }

  #key(name: string): string {
    return `${this.#place.key}/${name}`;
  }

  async #read(key: string, signal: AbortSignal): Promise<VersionedObject | undefined> {
    return this.#tried('GetObject', key, signal, async () => {
      try {
        const {
          Body,
          ETag = '',
          LastModified,
        } = await this.#s3.getObject({ Bucket: this.#place.bucket, Key: key }, signal);
        if (Body === undefined) throw new TypeError('the answer has no body');
        return {
          bytes: await Body.transformToByteArray(),
          version: ETag,
          writtenAt: LastModified?.getTime() ?? 0,
        };
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  #write(key: string, Body: Uint8Array, condition: object, signal: AbortSignal) {
    return this.#tried('PutObject', key, signal, () =>
      this.#s3.putObject({ Bucket: this.#place.bucket, Key: key, Body, ...condition }, signal),
    );
  }

  async #tried<T>(
    operation: keyof typeof NEEDED,
    key: string,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const { name, message } = cause as Error;
      const what = `${operation} of s3://${this.#place.bucket}/${key}`;
      const why = signal.aborted
        ? 'did not end in time'
        : `${name === 'AccessDenied' ? `is denied; it needs ${NEEDED[operation]}` : 'failed'}. ${name}: ${message}`;
      throw new ShardObjectsError(`${what} ${why}`, { cause });
    }
  }
}
