import { describe, expect, it } from '@jest/globals';
import { coloured, hasColours } from '../../../cli/terminal/colours.ts';

const TERMINAL = { isTTY: true };
const PIPE = {};

describe('colours', () => {
  it.each([
    ['a terminal', TERMINAL, {}, true],
    ['a pipe', PIPE, {}, false],
    ['a terminal with NO_COLOR', TERMINAL, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', TERMINAL, { NO_COLOR: '' }, true],
    ['a terminal that is dumb', TERMINAL, { TERM: 'dumb' }, false],
    ['a pipe with FORCE_COLOR', PIPE, { FORCE_COLOR: '1' }, true],
    ['a terminal with FORCE_COLOR=0', TERMINAL, { FORCE_COLOR: '0' }, false],
    ['a pipe with both', PIPE, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('of %s', (_, stream, env, expected) => {
    expect(hasColours(stream, env)).toBe(expected);
  });

  it('mark the beginnings of lines that matter, and leave the text as it is', () => {
    const text = 'down: web: timeout\n  published as a\nleft out: 2 gone\nother: 1';
    expect(coloured(text, PIPE, {})).toBe(text);
    expect(coloured(text, TERMINAL, {})).toBe(
      '\u001b[31mdown: \u001b[39mweb: timeout\n\u001b[32m  published as \u001b[39ma\n\u001b[33mleft out: \u001b[39m2 gone\nother: 1',
    );
  });
});
