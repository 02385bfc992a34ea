/**
 * What stands in for some members of a type of Node.js: whoever writes for those can call these. What a method gives back may be less, as
 * nobody uses it.
 */
export type Like<T, Names extends keyof T> = {
  [Name in Names]: T[Name] extends (...values: infer Values) => unknown
    ? (...values: Values) => unknown
    : T[Name];
};
