import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const entry = new URL('../src/servers/authorizer/index.ts', import.meta.url).href;
const root = new URL('..', import.meta.url).href;

/** Every module that importing one loads, in a process of its own, as paths from the project's root. */
function modulesOf(url: string): readonly string[] {
  const code = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    await import(${JSON.stringify(url)});
    console.log(JSON.stringify(loaded));
  `;
  const given = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code];
  const printed = execFileSync(process.execPath, given, { encoding: 'utf8', cwd: fileURLToPath(root) });
  const loaded: readonly string[] = JSON.parse(printed);
  return loaded.map((one) => one.replace(root, '').replace(/^.*\/node_modules\//, 'node_modules/'));
}

test('brevet/authorizer loads no database, no other server and no web framework', () => {
  const loaded = modulesOf(entry);
  const own = loaded.filter((path) => path.startsWith('src/'));
  assert.ok(own.includes('src/servers/authorizer/index.ts'));
  const rooms = new Set(own.map((path) => path.split('/').slice(1, 3).join('/')));
  for (const room of rooms) {
    assert.doesNotMatch(room, /^(?:main|pipeline)|^servers\/(?!authorizer)|^stores\/(?:identity|audit-log)/);
    assert.doesNotMatch(room, /^services\/(?!operation|brevet)/);
  }
  const packages = new Set(
    loaded.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
  );
  assert.deepEqual([...packages], ['zod']);
});

test('the list of modules would show a database', () => {
  const loaded = modulesOf(new URL('../src/stores/identity/index.ts', import.meta.url).href);
  assert.ok(loaded.some((path) => path.startsWith('node_modules/better-sqlite3/')));
  assert.ok(loaded.some((path) => path.startsWith('node_modules/pg/')));
});
