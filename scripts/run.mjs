/**
 * Runs the project's commands on a fresh clone: `node scripts/run.mjs COMMAND [ARGUMENTS]`.
 *
 * Plain JavaScript without dependencies, so that it works under any Node since 20 and before anything is installed. It
 * installs what package-lock.json names and node_modules lacks, picks a Node that runs TypeScript, and hands over to it:
 * the one in BREVET_NODE, else the current one from 22.18 on, else the `node` development dependency.
 * What it says goes to stderr; stdout belongs to the command.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const oldestNode = [22, 18];
/** No test takes a tenth of it: one that waits for what never comes must fail, not hold up all others. */
const hungAfterMs = 900_000;

const commands = {
  start: (node, given) => run(node, ['src/main/brevet.ts', 'serve', ...given]),
  brevet: (node, given) => run(node, ['src/main/brevet.ts', ...given]),
  demo: (node, given) => run(node, ['scripts/demo.ts', ...given]),
  bench: (node, given) => run(node, ['bench/run.ts', ...given]),
  generate: (node, given) => run(node, ['scripts/generate-models.ts', ...given]),
  mutate: (node, given) => run(node, ['scripts/mutate.ts', ...given]),
  coverage: (node, given) => run(node, ['scripts/write-coverage.ts', ...given]),
  lint: (node) => run(node, [...biome, 'check', '--error-on-warnings', '.']),
  format: (node) => run(node, [...biome, 'check', '--write', '.']),
  test,
  'test:clients': testClients,
  'test:doors': (node, options) => runTests(node, testFiles().filter(isDoorTest), options),
  'test:stores': (node, options) => runTests(node, testFiles().filter(isStoreTest), options),
  build,
};

const typescript = [join(modules, 'typescript', 'bin', 'tsc')];
const biome = [join(modules, '@biomejs', 'biome', 'bin', 'biome')];

const [name, ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
if (command === undefined) {
  say(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [ARGUMENTS]`);
  process.exit(2);
}
install();
process.exit(await command(pickNode(), rest));

/** Type check, lint, then every test but those of foreign programs; or, with arguments, only the tests under those paths. */
async function test(node, given) {
  const options = given.filter((argument) => argument.startsWith('-'));
  const paths = given.filter((argument) => !argument.startsWith('-'));
  const files = testFiles().filter((file) => !isForeign(file));
  if (paths.length > 0) {
    const chosen = files.filter((file) => paths.some((path) => file === path || file.startsWith(`${path}/`)));
    return runTests(node, chosen, options);
  }
  const checks = [
    ['type check', [...typescript, '-p', '.']],
    ['lint', [...biome, 'check', '--error-on-warnings', '.']],
  ];
  for (const [title, check] of checks) {
    say(title);
    const code = await run(node, check);
    if (code !== 0) return code;
  }
  return runTests(node, files, options);
}

/** The tests that drive the AWS CLI and boto3, as far as these are installed here. */
function testClients(node, options) {
  const clients = [
    ['the AWS CLI', 'aws-cli', ['aws', '--version']],
    ['boto3', 'boto3', ['python3', '-c', 'import boto3']],
  ];
  const present = clients.filter(([title, , [program, ...probe]]) => {
    const found = spawnSync(program, probe, { stdio: 'ignore' }).status === 0;
    if (!found) say(`test:clients: ${title} is not installed here, so its tests are not run`);
    return found;
  });
  if (present.length === 0) return 0;
  const files = testFiles().filter((file) => present.some(([, prefix]) => isClientTest(file, prefix)));
  return runTests(node, files, options);
}

/** Compiles src/ to dist/, with a package.json that resolves `#imports` inside dist/. */
async function build(node) {
  const dist = join(root, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const code = await run(node, [...typescript, '-p', 'tsconfig.build.json']);
  if (code !== 0) return code;
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const compiled = Object.entries(imports).map(([from, to]) => [
    from,
    to.replace(/^\.\/src\//, './').replace(/\.ts$/, '.js'),
  ]);
  const scope = { type: 'module', imports: Object.fromEntries(compiled) };
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(scope, null, 2)}\n`);
  return 0;
}

function testFiles() {
  return ['src', 'test', 'scripts', 'bench']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((path) =>
        [folder, ...path.split(sep)].join('/'),
      ),
    )
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
}

function isClientTest(file, prefix) {
  return file.startsWith(`test/clients/${prefix}`);
}

/** Those need reverse proxies of the system. */
function isDoorTest(file) {
  return file.startsWith('test/doors/');
}

/** Those need S3 programs and stores of the system. */
function isStoreTest(file) {
  return file.startsWith('test/stores/');
}

/** Whether a test needs what package-lock.json does not name. */
function isForeign(file) {
  return (
    isClientTest(file, 'aws-cli') || isClientTest(file, 'boto3') || isDoorTest(file) || isStoreTest(file)
  );
}

function runTests(node, files, options) {
  if (files.length === 0) {
    say('there is no such test');
    return 1;
  }
  say(`${files.length} test files under Node ${versionOf(node)}`);
  const flags = ['--test-reporter=spec', '--test-concurrency=2', `--test-timeout=${hungAfterMs}`];
  return run(node, ['--test', ...flags, ...options, ...files]);
}

/** Runs Node with these arguments from the project's root and returns its exit code; signals are passed on. */
function run(node, given) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...given], {
    cwd: root,
    stdio: 'inherit',
  });
  // A terminal hands Ctrl-C to the child by itself: passing it on would make it a second one.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Brings node_modules to what package-lock.json says, when it is not there yet. */
function install() {
  if (isInstalled()) return;
  say('installing what package-lock.json names');
  const npm = process.env.npm_execpath;
  const [program, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  // `npm ci` removes node_modules first, so no program of node_modules may be what runs it.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(modules));
  const { status } = spawnSync(program, [...first, 'ci', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  if (status === 0) return;
  say('npm ci failed');
  process.exit(1);
}

/** Whether each package of package-lock.json is in node_modules in the version named there; those for other platforms aside. */
function isInstalled() {
  const lock = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const present = lock(record);
  return Object.entries(lock(join(root, 'package-lock.json'))).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return present[path] === undefined ? optional === true : present[path].version === version;
  });
}

function pickNode() {
  const named = process.env.BREVET_NODE;
  if (named !== undefined) return requireRecent(named, 'BREVET_NODE names');
  if (isRecent(process.versions.node)) return process.execPath;
  return requireRecent(join(modules, 'node', 'bin', 'node'), 'the `node` development dependency is');
}

function requireRecent(node, origin) {
  const version = versionOf(node);
  if (version !== undefined && isRecent(version)) return node;
  say(
    `Node ${oldestNode.join('.')} or later is needed; ${origin} ${node}, ${version ?? 'which does not run'}`,
  );
  process.exit(1);
}

function versionOf(node) {
  const answer = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

function isRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

function say(line) {
  process.stderr.write(`> ${line}\n`);
}
