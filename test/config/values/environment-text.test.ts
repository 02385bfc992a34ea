// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of Prometheus look like JavaScript's templates
import { expect, it } from '@jest/globals';
import { expandEnvironment } from '../../../lambda/config/values/environment-text.ts';

const ENV: Record<string, string> = { HOST: 'h1', HOST_2: 'h2', '1': 'one' };

// What os.Expand of Go makes of them.
it.each([
  ['plain', 'plain'],
  ['${HOST}', 'h1'],
  ['$HOST', 'h1'],
  ['a-${HOST}-$HOST_2.b', 'a-h1-h2.b'],
  ['$HOST-x', 'h1-x'],
  ['$1x', 'onex'],
  ['$$', '$'],
  ['$${HOST}', '${HOST}'],
  ['${NONE}', ''],
  ['a $NONE b', 'a  b'],
  ['${}', ''],
  ['5 $', '5 $'],
  ['$ x', '$ x'],
])('%j is %j', (text, expanded) => {
  expect(expandEnvironment(text, (name) => ENV[name])).toBe(expanded);
});
