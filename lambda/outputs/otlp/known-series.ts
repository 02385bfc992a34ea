import type { Labels, Series } from '../../model/sample.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { writeAttribute } from './attribute.ts';
import { type Kind, kindOf } from './kind.ts';
import { type Part, partOf } from './part.ts';

/** Fields of the data points for their attributes. */
const ATTRIBUTES = 7;
const HISTOGRAM_ATTRIBUTES = 9;

/** The labels of a series as attributes of its data point. */
export interface Attributes {
  /** Mostly the same object for the same names. */
  readonly names: readonly string[];
  readonly encoded: Uint8Array;
}

/** What can be said of a series alone, whatever its target: found out once, most of it where it is asked for first. */
export class KnownSeries {
  readonly series: Series;
  /** Name and kind of the metric that it belongs to. */
  readonly metric: string;
  readonly kind: Kind;
  /** Present where it is one of several series that make up a data point. */
  readonly part: Part | undefined;
  #attributes: Attributes | undefined;
  #point: string | undefined;

  constructor(series: Series) {
    this.series = series;
    this.part = partOf(series);
    this.metric = this.part?.name ?? series.name;
    this.kind = this.part?.kind ?? kindOf(series);
  }

  /** Its own labels, but for the one that tells the parts of a data point apart. */
  get attributes(): Attributes {
    this.#attributes ??= attributesOf(this, this.series.labels);
    return this.#attributes;
  }

  /** One text for all the parts of a data point: their labels, but for the one that tells them apart. */
  get point(): string {
    this.#point ??= pointOf(this);
    return this.#point;
  }
}

const writer = new ProtobufWriter();

/** What was found last, as neighbours have it mostly in common and it is kept once. */
let lastNames: readonly string[] = [];
let lastPoint = '';

/** @param labels of the series, or what became of them where its target has some of the same name */
export function attributesOf({ part }: KnownSeries, labels: Labels): Attributes {
  writer.truncate(0);
  const field = part?.kind === 'histogram' ? HISTOGRAM_ATTRIBUTES : ATTRIBUTES;
  const names = Object.keys(labels).filter((name) => labels[name] && name !== part?.exclude);
  for (const name of names) writeAttribute(writer, field, name, labels[name] ?? '');
  if (names.length !== lastNames.length || names.some((name, i) => name !== lastNames[i])) {
    lastNames = names;
  }
  return { names: lastNames, encoded: writer.bytes().slice() };
}

function pointOf({ series: { labels }, part }: KnownSeries): string {
  const names = Object.keys(labels);
  if (names.length > 1) names.sort();
  let point = '';
  for (const name of names) {
    const value = labels[name];
    if (value && name !== part?.exclude) point += `\0${name}\0${value.length}\0${value}`;
  }
  if (point !== lastPoint) lastPoint = point;
  return lastPoint;
}
