import { valueText } from '../text.ts';

const WIDTH = 96;
const HEIGHT = 24;
const EDGE = 2;

interface Props {
  /** Values, oldest first. */
  readonly lines: readonly (readonly number[])[];
  readonly name: string;
}

/** The last minutes of a family in the size of a word. */
export function Sparkline({ lines, name }: Props) {
  const all = lines.flat().filter(Number.isFinite);
  if (all.length === 0) return null;
  const [least, greatest] = [Math.min(...all), Math.max(...all)];
  const height = (value: number) =>
    greatest === least
      ? HEIGHT / 2
      : HEIGHT - EDGE - ((value - least) / (greatest - least)) * (HEIGHT - 2 * EDGE);
  return (
    <svg
      class="sparkline"
      role="img"
      aria-label={`${name}: from ${valueText(least)} to ${valueText(greatest)}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
    >
      {lines.map((values, index) => (
        <polyline
          key={index}
          points={values
            .map((value, place) => [
              EDGE + (place / Math.max(values.length - 1, 1)) * (WIDTH - 2 * EDGE),
              height(value),
            ])
            .filter(([, y]) => Number.isFinite(y))
            .map((point) => point.map((each) => each.toFixed(1)).join())
            .join(' ')}
        />
      ))}
    </svg>
  );
}
