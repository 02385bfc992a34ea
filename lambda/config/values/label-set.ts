import * as z from 'zod';
import { isLabelName } from '../../model/samples/relabel.ts';

const LABEL = 'the name of a label';

/** Schema of labels with their values. */
export const labelSet = z.record(z.string(), z.string()).superRefine(
  (labels, context) => {
    for (const [name, value] of Object.entries(labels)) {
      if (isLabelName(name)) continue;
      context.addIssue({ code: 'custom', message: LABEL, path: [name], input: value });
    }
  },
  // Runs the check beside wrong values, too.
  { when: ({ value }) => typeof value === 'object' && value !== null },
);
