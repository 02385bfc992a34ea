import { describe, expect, it } from '@jest/globals';
import {
  greatest,
  slide,
  WINDOW_MS,
  type Window,
} from '../../../../sidecar/figures/arithmetic/window.ts';

describe('The window of the last minute', () => {
  it('knows the greatest of its values', () => {
    const window = [3, 9, 4].reduce<Window>(
      (so, value, index) => slide(so, index * 1000, value),
      [],
    );

    expect(greatest(window)).toBe(9);
  });

  it('forgets what is a minute old', () => {
    const window = slide(slide([], 0, 9), 1000, 4);

    expect(greatest(slide(window, WINDOW_MS - 1, undefined))).toBe(9);
    expect(greatest(slide(window, WINDOW_MS, undefined))).toBe(4);
    expect(greatest(slide(window, WINDOW_MS + 1000, undefined))).toBeUndefined();
  });

  it('takes no value for what is not known', () => {
    expect(slide([], 0, undefined)).toEqual([]);
    expect(greatest([])).toBeUndefined();
  });
});
