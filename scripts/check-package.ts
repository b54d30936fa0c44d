/**
 * Packs the package, installs it in an empty folder without development dependencies, and uses it there as a stranger
 * would: the command, the service, the subpath exports and their types. Exits 1 with the reason when something fails.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const readyTimeoutMs = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'brevet-package-'));
const app = join(folder, 'app');
// The `brevet` command and npm find the Node that runs this script, whatever else is installed.
const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };

try {
  pack();
  install();
  checkCommand();
  checkExports();
  checkTypes();
  await checkService();
  report('1 passed, 0 failed');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack(): void {
  run('npm', ['pack', '--pack-destination', folder], root);
}

function install(): void {
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  assert(tarball, 'npm pack made no tarball');
  mkdirSync(app);
  // Without one npm would install into whatever folder above has one.
  writeFileSync(join(app, 'package.json'), '{"private":true}\n');
  run('npm', ['install', '--no-fund', '--no-audit', join(folder, tarball)], app);
  const installed = readdirSync(join(app, 'node_modules', 'brevet'));
  for (const name of ['LICENSE', 'NOTICE', 'README.md', 'dist', 'package.json']) {
    assert(installed.includes(name), `the package lacks ${name}`);
  }
  assert(!installed.includes('src') && !installed.includes('test'), 'the package carries sources or tests');
  assert(!existsSync(join(app, 'node_modules', 'typescript')), 'a development dependency was installed');
}

function checkCommand(): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.equal(run('npx', ['--no-install', 'brevet', '--version'], app), `${version}\n`);
  assert.match(run('npx', ['--no-install', 'brevet', 'serve', '--help'], app), /--listen <host:port>/);
}

function checkExports(): void {
  writeFileSync(
    join(app, 'use.mjs'),
    `import * as authorizer from 'brevet/authorizer';
import * as policy from 'brevet/policy';
import * as sigv4 from 'brevet/sigv4';
console.log([authorizer, policy, sigv4].every((library) => Object.keys(library).length > 0));
const inner = await import('brevet/dist/main/serve.js').catch((error) => error.code);
console.log(inner);
`,
  );
  assert.equal(run(process.execPath, ['use.mjs'], app), 'true\nERR_PACKAGE_PATH_NOT_EXPORTED\n');
}

/** The policy library asks for no types of Node, as it runs in browsers; the others do. */
function checkTypes(): void {
  const any = 'type Any<T> = 0 extends 1 & T ? true : false;\n';
  writeFileSync(
    join(app, 'policy.mts'),
    `import type * as policy from 'brevet/policy';
${any}export const isTyped: Any<typeof policy.evaluate> = false;
`,
  );
  writeFileSync(
    join(app, 'node.mts'),
    `import type * as authorizer from 'brevet/authorizer';
import type * as sigv4 from 'brevet/sigv4';
${any}export const isTyped: Any<typeof sigv4.verifySignature | typeof authorizer.createAuthorizer> = false;
`,
  );
  checkTypesOf('policy.mts', ['--types', '']);
  checkTypesOf('node.mts', ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')]);
}

function checkTypesOf(file: string, types: readonly string[]): void {
  const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', ...types];
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, file], app);
}

async function checkService(): Promise<void> {
  const service = spawn(
    join(app, 'node_modules', '.bin', 'brevet'),
    ['serve', '--data-dir', 'data', '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'],
    { cwd: app, env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const line = await firstLine(service);
    const [, endpoint] = /^brevet ready on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line) ?? [];
    assert(endpoint, `unexpected first line: ${line}`);
    const { status } = await fetch(`${endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`);
    assert.equal(status, 403, 'an unsigned request is refused');
    const exit = once(service, 'exit');
    service.kill('SIGTERM');
    assert.deepEqual(await exit, [0, null], 'SIGTERM ends the service with exit code 0');
  } finally {
    service.kill('SIGKILL');
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  assert(stdout);
  const [line] = await once(createInterface(stdout), 'line', { signal: AbortSignal.timeout(readyTimeoutMs) });
  return line;
}

function run(program: string, given: readonly string[], cwd: string): string {
  report(`${program} ${given.join(' ')}`);
  return execFileSync(program, given, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
