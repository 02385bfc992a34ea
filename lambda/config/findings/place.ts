/** Keys and indices from the root of a document to a value in it. */
export type Path = readonly (string | number)[];

/** A value's place: the document and the way to the value. */
export interface Place {
  /** Name of an environment variable, path of a file, or `built-in default`. */
  readonly source: string;
  readonly path: Path;
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** The place of something below `place`. */
export function below(place: Place, ...keys: Path): Place {
  return { source: place.source, path: [...place.path, ...keys] };
}

/** A path as messages show it: `metric_declaration[0].label_matcher`; an unusual key is quoted: `labels["a b"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (!PLAIN_KEY.test(key)) text += `[${JSON.stringify(key)}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}
