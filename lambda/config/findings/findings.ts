import type { ConfigIssue } from './errors.ts';
import { formatPath, type Place } from './place.ts';

/** Collects the errors and warnings of all documents. */
export class Findings {
  readonly issues: ConfigIssue[] = [];
  readonly warnings: string[] = [];

  /** Records that the value at `place` is wrong; `reason` adds what `expected` and `given` leave open. */
  reject(place: Place, expected: string, given: string, reason?: string): void {
    const path = formatPath(place.path);
    const text = `${where(place.source, path)}: expected ${expected}, given ${given}`;
    const message = reason === undefined ? text : `${text}: ${reason}`;
    // Two checks of one value, such as its type and its length, may say the same.
    if (this.issues.some((issue) => issue.message === message)) return;
    this.issues.push({ source: place.source, path, expected, given, message });
  }

  /** Records a syntax error of a text; `position` stands for the path. */
  rejectText(source: string, position: string, expected: string, given: string): void {
    const message = `${where(source, position)}: expected ${expected}, given ${given}`;
    this.issues.push({ source, path: position, expected, given, message });
  }

  /** Records that a setting does not have the effect that its author expects. */
  warn(place: Place, text: string): void {
    this.warnings.push(`${where(place.source, formatPath(place.path))}: ${text}`);
  }
}

function where(source: string, path: string): string {
  return path === '' ? source : `${source}: ${path}`;
}
