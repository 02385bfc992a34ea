import type { LogEvent } from '../model/delivery/event.ts';
import type { MetricGroup } from '../model/samples/metric-group.ts';
import type { Publication, Publications } from '../model/samples/publication.ts';
import { type Labels, labelsOf } from '../model/samples/sample.ts';
import type { Field } from './field.ts';
import { keptLabels } from './kept-labels.ts';
import { MAX_METRICS_PER_DIRECTIVE } from './limits.ts';
import { Pieces } from './pieces.ts';

/** The member of an event that holds its directives: no metric and no label can have this name. */
export const DIRECTIVES_MEMBER = '_aws';

/** Members of an event of several tasks: the id of a task by the name of the metric. */
const EXTREMES = [
  ['TaskIdOfGreatest', 'greatest'],
  ['TaskIdOfLeast', 'least'],
] as const;

export type Message = Pick<LogEvent, 'timestamp' | 'message' | 'metrics'>;

/** The directives of `_aws.CloudWatchMetrics`. */
interface Directives {
  /** JSON texts with commas between them; empty without any. */
  readonly text: string;
  /** Number of their metric definitions. */
  readonly metrics: number;
}

/** The event before its first member. */
const OPENING = '{';

const NO_DIRECTIVES: Directives = { text: '', metrics: 0 };

/** Writers by their units, so that all targets and cycles share the pieces of a writer. */
const writers = new WeakMap<ReadonlyMap<string, string>, MessageWriter>();

/** @param units CloudWatch unit by name of the metric */
export function writerFor(units: ReadonlyMap<string, string>): MessageWriter {
  let writer = writers.get(units);
  if (writer === undefined) {
    writer = new MessageWriter(units);
    writers.set(units, writer);
  }
  return writer;
}

/**
 * Writes events as JSON texts: labels, figures, and the `_aws` member with the metrics that CloudWatch extracts.
 *
 * Nearly all of an event is the same each minute and for each target, so it is put together from pieces that are written
 * once. An object for `JSON.stringify` would take twice the time.
 */
export class MessageWriter {
  readonly #pieces: Pieces;
  readonly #kept = new WeakMap<Publications, ReadonlySet<string> | 'all'>();

  /** @param units CloudWatch unit by name of the metric */
  constructor(units: ReadonlyMap<string, string>) {
    this.#pieces = new Pieces(units);
  }

  write(
    { labels, timestamp }: Pick<MetricGroup, 'labels' | 'timestamp'>,
    fields: readonly Field[],
  ): Message {
    const common = commonPublications(fields);
    const { text: directives, metrics } =
      common === undefined ? this.#mixedDirectives(fields) : this.#directives(common, fields);
    let text =
      directives === ''
        ? OPENING
        : `{"${DIRECTIVES_MEMBER}":{"Timestamp":${timestamp},"CloudWatchMetrics":[${directives}]}`;
    const kept = common === undefined ? this.#keptOfAny(fields) : this.#keptOf(common);
    const replaced = replacedLabels(labels, fields);
    for (const name of Object.keys(labels)) {
      const isKept = kept === 'all' || kept.has(name);
      if (isKept && name !== DIRECTIVES_MEMBER && !replaced.includes(name)) {
        text += this.#key(name, text) + this.#pieces.text(labels[name] ?? '');
      }
    }
    text = this.#withTasks(labels, fields, text);
    for (const { name, value } of fields) {
      const json = typeof value === 'number' ? String(value) : JSON.stringify(value);
      text += this.#key(name, text) + json;
    }
    return { timestamp, message: `${text}}`, metrics };
  }

  /** Adds the tasks of extremes, if the event is of several. A label or a field of the same name comes first. */
  #withTasks(labels: Labels, fields: readonly Field[], before: string): string {
    let text = before;
    for (const [member, extreme] of EXTREMES) {
      const tasks: Record<string, string> = labelsOf();
      for (const { name, tasks: known } of fields) if (known) tasks[name] = known[extreme];
      const isTaken = labels[member] !== undefined || fields.some(({ name }) => name === member);
      if (isTaken || Object.keys(tasks).length === 0) continue;
      text += this.#key(member, text) + JSON.stringify(tasks);
    }
    return text;
  }

  /** The name of a member after this text, with the comma before it unless it is the first one. */
  #key(name: string, before: string): string {
    const key = this.#pieces.key(name);
    return before === OPENING ? key.slice(1) : key;
  }

  /** The directives of fields that are all published alike. */
  #directives(publications: Publications, fields: readonly Field[]): Directives {
    let directives = NO_DIRECTIVES;
    for (const publication of publications) {
      directives = this.#with(directives, publication, fields);
    }
    return directives;
  }

  #mixedDirectives(fields: readonly Field[]): Directives {
    const byPublication = new Map<Publication, Field[]>();
    for (const field of fields) {
      for (const publication of field.publications) {
        const own = byPublication.get(publication);
        if (own === undefined) byPublication.set(publication, [field]);
        else own.push(field);
      }
    }
    let directives = NO_DIRECTIVES;
    for (const [publication, own] of byPublication) {
      directives = this.#with(directives, publication, own);
    }
    return directives;
  }

  /** Adds the directives of one publication. */
  #with(
    { text: before, metrics }: Directives,
    publication: Publication,
    fields: readonly Pick<Field, 'name'>[],
  ): Directives {
    const head = this.#pieces.directive(publication);
    const isHigh = publication.storageResolution === 1;
    let text = before;
    for (const [index, { name }] of fields.entries()) {
      if (index % MAX_METRICS_PER_DIRECTIVE > 0) text += ',';
      else text += (index === 0 ? '' : ']}') + (text === '' ? '' : ',') + head;
      text += this.#pieces.definition(name, isHigh);
    }
    return { text: `${text}]}`, metrics: metrics + fields.length };
  }

  /** The labels that publications keep, as a dimension or as a plain field. */
  #keptOf(publications: Publications): ReadonlySet<string> | 'all' {
    let kept = this.#kept.get(publications);
    if (kept === undefined) {
      kept = keptLabels(publications);
      this.#kept.set(publications, kept);
    }
    return kept;
  }

  #keptOfAny(fields: readonly Field[]): ReadonlySet<string> | 'all' {
    const all = new Set<string>();
    for (const { publications } of fields) {
      const kept = this.#keptOf(publications);
      if (kept === 'all') return kept;
      for (const name of kept) all.add(name);
    }
    return all;
  }
}

/** The publications of all fields, if they have the same. */
function commonPublications(fields: readonly Field[]): Publications | undefined {
  const publications = fields[0]?.publications;
  return fields.every((field) => field.publications === publications) ? publications : undefined;
}

/** Labels that a field of the same name takes the place of. */
function replacedLabels(labels: Labels, fields: readonly Field[]): readonly string[] {
  const replaced: string[] = [];
  for (const { name } of fields) if (labels[name] !== undefined) replaced.push(name);
  return replaced;
}
