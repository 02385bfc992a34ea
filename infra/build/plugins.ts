import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * The schemas of an AWS client are arrays with computed keys, which esbuild takes for side effects: it would keep all
 * of them, half a megabyte for EC2. As results of calls that are marked pure, unused ones disappear.
 */
export const pureSchemas: Plugin = {
  name: 'pure-schemas',
  setup({ onLoad }) {
    onLoad(
      { filter: /@aws-sdk\/client-[\w-]+\/dist-es\/schemas\/schemas_\d+\.js$/ },
      async ({ path }) => {
        const text = await readFile(path, 'utf8');
        return {
          contents: text.replace(
            /^((?:export )?var \w+\$?) = (\[.*\]|\[[\s\S]*?^\]);$/gm,
            '$1 = /* @__PURE__ */ (() => $2)();',
          ),
        };
      },
    );
  },
};

/** The clients of AWS send their version in a header, and import their whole package.json for it. */
export const versionsOnly: Plugin = {
  name: 'versions-only',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk\/[\w-]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/**
 * An import of `node:http` reads all of its exports, of which `WebSocket` loads the whole of undici. A property that is read by itself
 * loads only what it needs.
 */
export const httpByProperty: Plugin = {
  name: 'http-by-property',
  setup({ onResolve, onLoad }) {
    const namespace = 'http-by-property';
    onResolve({ filter: /^(?:node:)?http$/ }, () => ({ path: 'node:http', namespace }));
    onLoad({ filter: /.*/, namespace }, () => ({
      contents: "module.exports = process.getBuiltinModule('node:http');",
    }));
  },
};

/**
 * A regular expression asks for the case of each of its letters. The table of all alphabets is read only for letters that are not of
 * ASCII: of ASCII's, K and S alone have a third form, the Kelvin sign and the long s.
 */
export const caseOfAscii: Plugin = {
  name: 'case-of-ascii',
  setup({ onLoad }) {
    onLoad({ filter: /\/re2js\/build\/index\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(
        'static simpleFold(r) {',
        `$&
        if (r === 107) return 0x212a;
        if (r === 115) return 0x17f;
        if (r < 128) {
          const lower = Codepoint.toLowerCase(r);
          return lower !== r ? lower : Codepoint.toUpperCase(r);
        }`,
      );
      if (contents === text) throw new Error(`Expected simpleFold in ${path}`);
      return { contents };
    });
  },
};

/** Each schema of zod can become a JSON Schema, but only a program of the repository, unbundled, uses that. */
export const noJsonSchemas: Plugin = {
  name: 'no-json-schemas',
  setup({ onLoad }) {
    // Each schema requests its method when it is made.
    const contents = `
      const none = () => undefined;
      module.exports = { createStandardJSONSchemaMethod: none, createToJSONSchemaMethod: none };
    `;
    onLoad(
      { filter: /zod\/v4\/core\/(json-schema-(processors|generator)|to-json-schema)\.js$/ },
      () => ({ contents }),
    );
  },
};

/** The client of CloudWatch Logs can follow a log group by event streams, which the collector does not do. */
export const noEventStreams: Plugin = {
  name: 'no-event-streams',
  setup({ onLoad }) {
    onLoad({ filter: /@smithy\/core\/dist-es\/submodules\/event-streams\/index\.js$/ }, () => ({
      contents: `
        export const eventStreamSerdeProvider = () => undefined;
        export const resolveEventStreamSerdeConfig = (config) => config;
      `,
    }));
  },
};
