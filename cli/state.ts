import { totalmem } from 'node:os';
import zlib from 'node:zlib';
import { InvalidArgumentError } from 'commander';
import type { State } from '../lambda/model/delivery/state.ts';
import { fileStore } from '../lambda/state/file.ts';
import { lockFile } from '../lambda/state/file-lock.ts';
import { MemoryState, stateCapacity } from '../lambda/state/memory.ts';
import { parseStatePlace, type StatePlace } from '../lambda/state/place.ts';
import { s3Store } from '../lambda/state/s3.ts';
import { s3Api } from '../lambda/state/s3-api.ts';
import { StoredState } from '../lambda/state/stored.ts';

/** Options of a command that remembers. */
export interface StateOptions {
  /** Absent: in memory. */
  readonly state?: StatePlace | undefined;
  readonly forgetAfterMs?: number | undefined;
  readonly region?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

/** A state in use. Disposing of it lets others use its file. */
export interface OpenState extends AsyncDisposable {
  readonly state: State;
}

/** @throws FileInUseError */
export async function openState({
  state: place,
  forgetAfterMs,
  region,
  endpointUrl,
}: StateOptions): Promise<OpenState> {
  const capacity = stateCapacity(totalmem());
  switch (place?.kind) {
    case undefined:
      return opened(new MemoryState(forgetAfterMs, capacity));
    case 'file': {
      const lock = await lockFile(place.path);
      return opened(
        new StoredState(fileStore(place.path), Date.now, { forgetAfterMs, capacity }),
        lock,
      );
    }
    case 's3': {
      const store = s3Store(s3Api({ region, endpoint: endpointUrl }), place);
      return opened(new StoredState(store, Date.now, { forgetAfterMs, capacity }));
    }
  }
}

/** @throws InvalidArgumentError, which commander prints with the option's name */
export function statePlace(text: string): StatePlace {
  const place = parseStatePlace(text);
  if (place === undefined) {
    throw new InvalidArgumentError(`Expected a path or s3://bucket/key, got "${text}".`);
  }
  // The command line of the package runs on older versions, which cannot compress a state.
  if (!('zstdCompress' in zlib)) {
    const { node } = process.versions;
    throw new InvalidArgumentError(`It needs Node.js 22.15 or newer; this is ${node}.`);
  }
  return place;
}

function opened(state: State, lock?: AsyncDisposable): OpenState {
  return { state, [Symbol.asyncDispose]: async () => lock?.[Symbol.asyncDispose]() };
}
