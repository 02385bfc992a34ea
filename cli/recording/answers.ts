import type { Answer, Decoder } from '../../lambda/model/targets/decoder.ts';

/** The answer of a target as a recording keeps it. */
export interface KeptAnswer {
  readonly contentType: string;
  /** Absent: there was no room left. */
  readonly page?: string | undefined;
}

/** Keeps the answers of targets on their way to the decoder, up to a number of bytes. */
export class Answers {
  readonly #byTarget = new Map<object, KeptAnswer>();
  #room: number;

  constructor(maxBytes: number) {
    this.#room = maxBytes;
  }

  /** The last answer of a target. Absent: it gave none. */
  of(target: object): KeptAnswer | undefined {
    return this.#byTarget.get(target);
  }

  /** A decoder that first keeps each answer, so that one which cannot be decoded is kept too. */
  keeping(decoder: Decoder): Decoder {
    return {
      get remembered() {
        return decoder.remembered;
      },
      decode: (target, answer, options) => {
        this.#keep(target, answer);
        return decoder.decode(target, answer, options);
      },
    };
  }

  #keep(target: object, { body, contentType }: Answer): void {
    const fits = body.length <= this.#room;
    if (fits) this.#room -= body.length;
    // The buffer is used again, so its text is copied.
    this.#byTarget.set(target, { contentType, page: fits ? body.toString() : undefined });
  }
}
