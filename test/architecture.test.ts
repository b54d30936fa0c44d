import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { scanSource } from './architecture/read-imports.ts';
import { findViolations } from './architecture/rules.ts';

const root = new URL('..', import.meta.url);

function readSources(): ReadonlyMap<string, string> {
  const paths = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `src/${path}`);
  return new Map(paths.map((path) => [path, readFileSync(new URL(path, root), 'utf8')]));
}

describe('the house', () => {
  it('keeps its floors', () => {
    const sources = readSources();
    assert(sources.size > 50, `only ${sources.size} sources were found`);
    assert.deepEqual(findViolations(sources), []);
  });

  it('resolves #imports to the index of a room and nothing else', () => {
    const { imports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    assert.deepEqual(imports, {
      '#core/*': './src/core/*/index.ts',
      '#wire/*': './src/wire/*/index.ts',
      '#stores/*': './src/stores/*/index.ts',
      '#services/*': './src/services/*/index.ts',
      '#pipeline': './src/pipeline/index.ts',
      '#servers/*': './src/servers/*/index.ts',
    });
  });

  it('locks its packages without naming a machine or a registry host', () => {
    const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
    for (const [path, entry] of Object.entries<Record<string, unknown>>(packages)) {
      assert.equal(entry.resolved, undefined, `${path} names where it was downloaded from`);
    }
  });
});

/** Rooms that synthetic sources may import. */
const rooms = Object.fromEntries(
  [
    'core/arn',
    'core/text',
    'core/policy',
    'core/sigv4',
    'wire/model',
    'wire/query',
    'stores/identity',
    'services/operation',
    'services/iam',
    'services/sts',
    'pipeline',
    'servers/api',
    'main',
  ].map((room) => [`src/${room}/index.ts`, 'export const nothing = 0;']),
);

function violations(files: Readonly<Record<string, string>>): readonly string[] {
  return findViolations(new Map(Object.entries({ ...rooms, ...files })));
}

describe('the rules of the house', () => {
  const forbidden: readonly (readonly [path: string, source: string, ...violations: string[]])[] = [
    ['src/core/arn/a.ts', "import { x } from '#wire/model';", 'imports #wire/model from a floor above'],
    ['src/core/arn/a.ts', "import type { X } from '#pipeline';", 'imports #pipeline from a floor above'],
    [
      'src/wire/query/a.ts',
      "export { x } from '#stores/identity';",
      'imports #stores/identity from a floor above',
    ],
    ['src/pipeline/a.ts', "type X = import('#servers/api').X;", 'imports #servers/api from a floor above'],
    [
      'src/stores/identity/a.ts',
      "await import('#services/iam');",
      'imports #services/iam from a floor above',
    ],
    ['src/servers/api/a.ts', "import '#main';", 'imports #main from a floor above'],
    ['src/core/sigv4/a.ts', "import { x } from '#core/policy';", 'imports #core/policy, a room beside it'],
    [
      'src/services/sts/a.ts',
      "import {\n  x,\n} from '#services/iam';",
      'imports #services/iam, a room beside it',
    ],
    [
      'src/services/operation/a.ts',
      "import { x } from '#services/sts';",
      'imports #services/sts, a room beside it',
    ],
    [
      'src/services/iam/user/a.ts',
      "import { x } from '#services/iam';",
      'imports its own room as #services/iam',
    ],
    ['src/services/sts/a.ts', "import { x } from '#core/polcy';", 'imports #core/polcy, which is no room'],
    [
      'src/services/sts/a.ts',
      "import { x } from '#core/policy/a.ts';",
      'imports #core/policy/a.ts, which is no room',
    ],
    ['src/services/sts/a.ts', "import { x } from '#core';", 'imports #core, which is no room'],
    [
      'src/core/sigv4/a.ts',
      "import { x } from '../text/index.ts';",
      'imports ../text/index.ts, which is outside its room',
    ],
    [
      'src/services/iam/user/a.ts',
      "import { x } from '../../sts/a.ts';",
      'imports ../../sts/a.ts, which is outside its room',
    ],
    [
      'src/main/a.ts',
      "import p from '../../package.json';",
      'imports ../../package.json, which is outside its room',
    ],
    ['src/loose.ts', 'export const x = 1;', 'stands in no room'],
    ['src/core/loose.ts', 'export const x = 1;', 'stands in no room'],
    ['src/lib/a/a.ts', 'export const x = 1;', 'stands in no room'],
    [
      'src/core/arn/a.ts',
      "import { readFile } from 'node:fs/promises';",
      'imports node:fs/promises, which is not pure',
    ],
    ['src/core/arn/a.ts', "import { x } from 'kysely';", 'imports kysely, which is not pure'],
    ['src/wire/query/a.ts', "import { request } from 'node:http';", 'imports node:http, which is not pure'],
    [
      'src/core/sigv4/a.ts',
      "import { randomBytes } from 'node:crypto';",
      'imports randomness from node:crypto',
    ],
    [
      'src/core/sigv4/a.ts',
      "import { generateKeySync } from 'node:crypto';",
      'imports randomness from node:crypto',
    ],
    [
      'src/core/sigv4/a.ts',
      "import { webcrypto as c } from 'node:crypto';",
      'imports randomness from node:crypto',
    ],
    [
      'src/core/sigv4/a.ts',
      "import * as crypto from 'node:crypto';",
      'imports all of node:crypto: name what is used',
    ],
    ...['Date.now()', 'new Date()', 'new Date;', 'Date()', 'performance.now()'].map(
      (code) =>
        ['src/core/arn/a.ts', `const x = ${code};`, 'uses the clock, which must be an argument'] as const,
    ),
    ...['Math.random()', 'crypto.randomUUID()', 'getRandomValues(bytes)'].map(
      (code) =>
        ['src/core/arn/a.ts', `const x = ${code};`, 'uses randomness, which must be an argument'] as const,
    ),
    ...['process.env', "process['env']", 'globalThis.x', `\`\${process.pid}\``].map(
      (code) =>
        ['src/core/arn/a.ts', `const x = ${code};`, 'uses the process, which must be an argument'] as const,
    ),
    ['src/core/arn/a.ts', 'setTimeout(f, 1);', 'uses timers, which must be an argument'],
    ['src/core/arn/a.ts', "const x = await fetch('u');", 'uses the network, which must be an argument'],
    ['src/main/a.ts', 'export default 1;', 'has a default export'],
    ['src/main/a.ts', 'const x = 1;\nexport { x as default };', 'has a default export'],
    ['src/main/a.test.ts', "export * from './b.ts';", 'has an export *'],
    ['src/main/a.ts', "export type * as b from './b.ts';", 'has an export *'],
  ];
  for (const [path, source, ...expected] of forbidden) {
    it(`refuse in ${path}: ${source.replaceAll('\n', ' ')}`, () => {
      assert.deepEqual(
        violations({ [path]: source }),
        expected.map((violation) => `${path}: ${violation}`),
      );
    });
  }

  it('refuse a Node module in core/policy and in all that it imports', () => {
    const crypto = "import { createHash } from 'node:crypto';";
    assert.deepEqual(violations({ 'src/core/policy/a.ts': crypto }), [
      'src/core/policy/a.ts: imports node:crypto, but core/policy must run in browsers',
    ]);
    assert.deepEqual(
      violations({ 'src/core/policy/a.ts': "import '#core/text';", 'src/core/text/a.ts': crypto }),
      ['src/core/text/a.ts: imports node:crypto, but core/policy must run in browsers'],
    );
  });

  it('refuse base rooms that import each other in a circle', () => {
    const files = {
      'src/core/arn/a.ts': "import '#core/text';",
      'src/core/text/a.ts': "import '#core/arn';",
    };
    assert.deepEqual(violations(files), ['rooms import each other: core/arn → core/text → core/arn']);
  });

  const allowed: readonly (readonly [path: string, source: string])[] = [
    ['src/core/sigv4/a.ts', "import { x } from '#core/text';\nimport { createHmac } from 'node:crypto';"],
    ['src/wire/query/a.ts', "import { x } from '#wire/model';\nimport { y } from '#core/policy';"],
    [
      'src/services/iam/user/a.ts',
      "import { x } from '../base/index.ts';\nimport { y } from '#services/operation';",
    ],
    [
      'src/main/a.ts',
      "import { x } from './settings/index.ts';\nimport { y } from '#servers/api';\nDate.now();",
    ],
    ['src/core/arn/a.ts', 'const x = new Date(now); const y: Date = x; // Date.now()'],
    [
      'src/core/arn/a.ts',
      `const x = 'process.env'; /* Math.random() */ const y = \`fetch(\${x})\`; const z = /Date.now()/;`,
    ],
    ['src/core/arn/a.ts', 'const x = input.process.env + ports.fetch(1) + keys.crypto.sign;'],
    ['src/core/arn/a.test.ts', "import { readFileSync } from 'node:fs';\nDate.now();"],
  ];
  for (const [path, source] of allowed) {
    it(`allow in ${path}: ${source.replaceAll('\n', ' ')}`, () => {
      assert.deepEqual(violations({ [path]: source }), []);
    });
  }
});

describe('the reader of imports', () => {
  it('sees every form and nothing in comments, strings, templates or regular expressions', () => {
    const source = `
// import '#no/1';
/* export * from '#no/2'; */
import a, { type b } from "#yes/1";
const quote = /["'\`/]/.exec('import "#no/3"'); import '#yes/2';
const text = \`import '#no/4' \${nested(\`\${await import('#yes/3')} import '#no/5'\`, { a: '}' })} '\`;
export type { c } from '#yes/4';
const half = size / 2; export { d } from '#yes/5'; const rest = half / 1;
`;
    assert.deepEqual(
      scanSource(source)
        .imports.map(({ specifier }) => specifier)
        .sort(),
      ['#yes/1', '#yes/2', '#yes/3', '#yes/4', '#yes/5'],
    );
  });
});
