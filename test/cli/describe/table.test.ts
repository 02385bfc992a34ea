import { describe, expect, it } from '@jest/globals';
import { table } from '../../../cli/describe/table.ts';

describe('a table', () => {
  it.each([
    [
      'text to the left, numbers to the right',
      ['NAME', 'COUNT'],
      [
        ['a', '1'],
        ['long name', '1,234.5'],
      ],
      ['NAME         COUNT', 'a                1', 'long name  1,234.5'],
    ],
    [
      'a dash among numbers as one of them',
      ['CPU %', 'STATE'],
      [
        ['-', 'down'],
        ['-0.5', 'up'],
      ],
      ['CPU %  STATE', '    -  down', ' -0.5  up'],
    ],
    [
      'a column with one text in it to the left',
      ['VALUE', 'X'],
      [
        ['10', 'x'],
        ['10 %', 'x'],
      ],
      ['VALUE  X', '10     x', '10 %   x'],
    ],
    [
      'a missing cell as blanks, and no blanks at the end of a line',
      ['A', 'B', 'C'],
      [['a'], ['a', 'b', 'c']],
      ['A  B  C', 'a', 'a  b  c'],
    ],
    ['only its headings where there are no rows', ['A', 'B'], [], ['A  B']],
  ])('has %s', (_case, headings, rows, lines) => {
    expect(table(headings, rows).split('\n')).toEqual(lines);
  });
});
