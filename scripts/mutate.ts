/**
 * Mutation tests of core/policy and core/sigv4: changes their code in one place at a time and sees whether a test notices.
 *
 *   npm run mutate [-- PATH…]      a room, or one of its files; without PATH both rooms
 *
 * Each file's report is written to mutation/ (one JSON file each, in the schema of mutation-testing-elements); the table of all reports that
 * are there and the mutants that lived are printed as docs/mutation.md shows them. Only tests that are the same in every run take part:
 * unit tests and vectors, not the generated cases. Takes most of an hour; a file takes minutes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const root = join(import.meta.dirname, '..');
const reports = 'mutation';

/** Rooms, and the test of each that most mutants fail. */
const rooms: Readonly<Record<string, string>> = {
  'src/core/policy': 'test/vectors-policy.test.ts',
  'src/core/sigv4': 'test/vectors-sigv4.test.ts',
};

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: {
    readonly start: { readonly line: number; readonly column: number };
    readonly end: { readonly line: number; readonly column: number };
  };
}

function filesOf(room: string, wanted: (name: string) => boolean): readonly string[] {
  return readdirSync(join(root, room))
    .filter(wanted)
    .map((name) => `${room}/${name}`)
    .sort();
}

function isTest(name: string): boolean {
  return name.endsWith('.test.ts');
}

function sources(room: string): readonly string[] {
  return filesOf(room, (name) => name.endsWith('.ts') && !isTest(name) && name !== 'index.ts');
}

function reportOf(source: string): string {
  return `${reports}/${source.replaceAll('/', '-')}.json`;
}

async function mutate(source: string, tests: readonly string[]): Promise<void> {
  mkdirSync(join(root, reports), { recursive: true });
  const stryker = new Stryker({
    mutate: [source],
    testRunner: 'tap',
    plugins: ['@stryker-mutator/tap-runner'],
    tap: {
      testFiles: [...tests],
      nodeArgs: [
        '--disable-warning=ExperimentalWarning',
        '--test-reporter=tap',
        '-r',
        '{{hookFile}}',
        '{{testFile}}',
      ],
      forceBail: true,
    },
    // Types are stripped, not checked: a mutant that does not type would be noticed by nobody at run time.
    checkers: [],
    concurrency: 1,
    reporters: ['json'],
    jsonReporter: { fileName: reportOf(source) },
    // Stryker would rewrite tsconfig.json through an interface that the compiler no longer has.
    ignorePatterns: ['console', 'dist', 'bench', 'tsconfig*.json', reports],
    tempDirName: `${reports}/sandbox`,
    allowConsoleColors: false,
    allowEmpty: true,
  });
  await stryker.runMutationTest();
}

function mutantsOf(source: string): readonly Mutant[] | undefined {
  const file = join(root, reportOf(source));
  if (!existsSync(file)) return undefined;
  const { files } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
  };
  return files[source]?.mutants ?? [];
}

/** The table of every report that is there, and below it what lived. */
function summary(): string {
  const rows: string[] = [];
  const living: string[] = [];
  const total = { mutants: 0, killed: 0, timedOut: 0, lived: 0 };
  for (const source of Object.keys(rooms).flatMap(sources)) {
    const mutants = mutantsOf(source);
    if (mutants === undefined || mutants.length === 0) continue;
    const count = (...states: readonly string[]): number =>
      mutants.filter(({ status }) => states.includes(status)).length;
    const killed = count('Killed');
    const timedOut = count('Timeout');
    const lived = mutants.length - killed - timedOut;
    rows.push(row(source.slice('src/'.length), mutants.length, killed, timedOut, lived));
    total.mutants += mutants.length;
    total.killed += killed;
    total.timedOut += timedOut;
    total.lived += lived;
    const lines = readFileSync(join(root, source), 'utf8').split('\n');
    for (const { status, location, mutatorName, replacement } of mutants) {
      if (status === 'Killed' || status === 'Timeout') continue;
      const { start, end } = location;
      const line = lines[start.line - 1] ?? '';
      const was = line.slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
      living.push(
        `${source}:${start.line}:${start.column} ${status} ${mutatorName}: ${was} → ${replacement ?? ''}`,
      );
    }
  }
  return [
    '| file | mutants | killed | timed out | lived | score |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    row('**together**', total.mutants, total.killed, total.timedOut, total.lived),
    '',
    ...living,
    '',
  ].join('\n');
}

function row(name: string, mutants: number, killed: number, timedOut: number, lived: number): string {
  const score = ((100 * (killed + timedOut)) / mutants).toFixed(1);
  return `| ${name} | ${mutants} | ${killed} | ${timedOut} | ${lived} | ${score} % |`;
}

const wanted = process.argv.slice(2).filter((path) => path !== '--summary');
const chosen = Object.entries(rooms).flatMap(([room, vectors]) =>
  sources(room)
    .filter((source) => wanted.length === 0 || wanted.includes(source) || wanted.includes(room))
    .map((source) => ({ source, tests: [vectors, ...filesOf(room, isTest)] })),
);
if (chosen.length === 0) {
  process.stderr.write('usage: npm run mutate [-- PATH…]\n');
  process.exitCode = 2;
} else if (!process.argv.includes('--summary')) {
  // The runner starts `node`, by whatever name this one goes; and types are stripped once, not once for each mutant.
  process.env.PATH = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  process.env.NODE_COMPILE_CACHE ??= join(root, reports, 'compile-cache');
  process.chdir(root);
  for (const { source, tests } of chosen) await mutate(source, tests);
}
process.stdout.write(summary());
