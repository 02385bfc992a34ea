/** What became of a part of a source. */
export interface Fate {
  /** Its place in the source, such as `exporters.awsemf`. */
  readonly part: string;
  readonly fate: 'taken' | 'changed' | 'left out';
  /** Where it is now, or why it is not and what to do instead. */
  readonly text: string;
}

/** One line for each part. */
export function describeFates(fates: readonly Fate[]): readonly string[] {
  return fates.map(({ part, fate, text }) => `${fate}: ${part}: ${text}`);
}
