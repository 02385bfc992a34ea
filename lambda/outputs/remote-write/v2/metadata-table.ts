import type { MetricType, Series } from '../../../model/samples/sample.ts';
import { type Piece, pieceOf } from '../../wire/piece.ts';
import { ProtobufWriter } from '../../wire/protobuf-writer.ts';
import type { FamilyTexts } from '../encoding/family-texts.ts';
import { METRIC_TYPES } from '../encoding/metric-types.ts';
import { METADATA, METADATA_HELP, METADATA_TYPE, METADATA_UNIT } from '../encoding/v2-fields.ts';
import type { SymbolTable } from './symbol-table.ts';

/** The metadata of the series of one request, each encoded once. */
export class MetadataTable {
  readonly #symbols: SymbolTable;
  readonly #known = new Map<string, Piece | undefined>();
  /** Neighbors usually belong to the same family. */
  #family = '';
  #type: MetricType | undefined;
  #texts: FamilyTexts | undefined;
  #last: Piece | undefined;

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols;
  }

  /** The metadata of a series, as a field of it; undefined without any. */
  of({ family, type }: Series, texts: FamilyTexts): Piece | undefined {
    if (family === this.#family && type === this.#type && texts === this.#texts) return this.#last;
    this.#family = family;
    this.#type = type;
    this.#texts = texts;
    this.#last = this.#find(type, texts.of(family));
    return this.#last;
  }

  clear(): void {
    this.#known.clear();
    this.#type = undefined;
  }

  #find(type: MetricType, { help, unit }: { help: string; unit: string }): Piece | undefined {
    const refs = [METRIC_TYPES[type], this.#symbols.ref(help), this.#symbols.ref(unit)] as const;
    const key = refs.join();
    if (this.#known.has(key)) return this.#known.get(key);
    const piece = encoded(refs);
    this.#known.set(key, piece);
    return piece;
  }
}

/** A number that is 0 is not sent. */
function encoded([type, help, unit]: readonly [number, number, number]): Piece | undefined {
  if (type + help + unit === 0) return undefined;
  const encoder = new ProtobufWriter(32);
  const metadata = encoder.begin(METADATA);
  if (type > 0) encoder.unsigned(METADATA_TYPE, type);
  if (help > 0) encoder.unsigned(METADATA_HELP, help);
  if (unit > 0) encoder.unsigned(METADATA_UNIT, unit);
  encoder.end(metadata);
  return pieceOf(encoder.bytes(), 0, encoder.length);
}
