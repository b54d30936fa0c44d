import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const policy = join(root, 'src', 'core', 'policy', 'index.ts');

interface Example {
  readonly title: string;
  readonly code: string;
}

/** The examples of a document, each with the heading it stands under. */
function examplesOf(path: string): readonly Example[] {
  const text = readFileSync(join(root, path), 'utf8');
  return text.split(/^## /m).flatMap((section) => {
    const [title = ''] = section.split('\n', 1);
    return [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => ({ title, code }));
  });
}

/** Bundles for a browser, where any import of a Node module fails the build. */
async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'ts' },
    alias: { 'brevet/policy': policy },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** Runs a bundle in a context that has the language and a console, and nothing of Node; returns what it printed. */
function run(code: string): readonly string[] {
  const printed: string[] = [];
  const print = (...values: readonly unknown[]): void => {
    printed.push(
      values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(' '),
    );
  };
  runInContext(code, createContext({ console: { log: print } }));
  return printed;
}

describe('docs/policy.md', () => {
  const examples = examplesOf('docs/policy.md');

  test('has the examples that are run here', () => {
    assert.deepEqual(
      examples.map(({ title }) => title),
      ['Decide a request', 'Everything that has a say', 'Explain', 'Check'],
    );
  });

  for (const { title, code } of examples) {
    test(`prints what it says it prints, in a browser bundle: ${title}`, async () => {
      const expected = [...code.matchAll(/^\/\/ → (.*)$/gm)].map(([, line = '']) => line);
      assert.ok(expected.length > 0);
      assert.deepEqual(run(await bundle(code)), expected);
    });
  }
});

test('brevet/policy is small, and nothing of it is Node’s', async () => {
  const code = await bundle("export * from 'brevet/policy';");
  assert.doesNotMatch(code, /\brequire\(|\bnode:|\bprocess\b|\bBuffer\b/);
  // 20 kB of it are the table of services.
  assert.ok(code.length < 150_000, `the bundle has ${code.length} characters`);
});

test('a bundle that imports Node does not pass for one of a browser', async () => {
  await assert.rejects(bundle("import 'node:fs';"), /Could not resolve "node:fs"/);
});
