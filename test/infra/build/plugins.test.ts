import { expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { RE2JS } from 're2js';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { caseOfAscii } from '../../../infra/build/plugins.ts';

/** Past the Kelvin sign, the long s, and letters of other alphabets. */
const CODE_POINTS = Array.from({ length: 0x2200 }, (_, code) => code);

async function bundled(): Promise<typeof RE2JS> {
  const { outputFiles } = await build({
    stdin: { contents: "export { RE2JS } from 're2js';", resolveDir: REPOSITORY },
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [caseOfAscii],
  });
  const [{ text } = { text: '' }] = outputFiles;
  const module = await import(
    `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
  );
  return module.RE2JS;
}

it('letters match those of another case as they do without the plugin', async () => {
  const patched = await bundled();
  const sources = CODE_POINTS.slice(0, 128)
    .map((code) => RE2JS.quote(String.fromCodePoint(code)))
    .concat('[a-z]', '[^K]', 'straße', 'ſ', '\u212a', 'Ω');
  for (const source of sources) {
    const [own, theirs] = [patched, RE2JS].map((each) => {
      const compiled = each.compile(`^(?i:${source})$`);
      return CODE_POINTS.filter((code) => compiled.test(String.fromCodePoint(code)));
    });
    expect([source, own]).toEqual([source, theirs]);
  }
});
