/**
 * Mutation tests of core/policy and core/sigv4: changes their code in one place at a time and sees whether a test notices.
 *
 *   npm run mutate [-- [--living] PATH…]     PATH: a room, or one of its files; without it both rooms
 *   npm run mutate -- --summary              runs nothing
 *
 * With --living only the mutants that the last report calls alive are asked again, as long as the file is the same: more tests kill no fewer.
 * Each file's report is written to mutation/ (one JSON file each, in the schema of mutation-testing-elements); the table of all reports that
 * are there and the mutants that lived are printed as docs/mutation.md shows them. Only tests that are the same in every run take part:
 * unit tests and vectors, not the generated cases. Takes most of an hour; a file takes minutes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const root = join(import.meta.dirname, '..');
const reports = 'mutation';

/** Rooms, and the test of each that most mutants fail. */
const rooms: Readonly<Record<string, string>> = {
  'src/core/policy': 'test/vectors-policy.test.ts',
  'src/core/sigv4': 'test/vectors-sigv4.test.ts',
};

/** The report of a file, as far as it is read here. */
interface FileReport {
  readonly source: string;
  readonly mutants: readonly Mutant[];
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  status: string;
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

/** Runs Stryker over these parts of one file, as `file` or `file:line:column-line:column`. */
async function runStryker(parts: readonly string[], tests: readonly string[], report: string): Promise<void> {
  const stryker = new Stryker({
    mutate: [...parts],
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
    concurrency: 1,
    reporters: ['json'],
    jsonReporter: { fileName: report },
    // Stryker would rewrite tsconfig.json through an interface that the compiler no longer has.
    ignorePatterns: ['console', 'dist', 'bench', 'tsconfig*.json', reports],
    tempDirName: `${reports}/sandbox`,
    allowConsoleColors: false,
  });
  await stryker.runMutationTest();
}

async function mutate(source: string, tests: readonly string[], onlyLiving: boolean): Promise<void> {
  const file = reportOf(source);
  const last = onlyLiving ? readReport(source, file) : undefined;
  if (last === undefined || last.source !== readFileSync(join(root, source), 'utf8')) {
    await runStryker([source], tests, file);
    return;
  }
  const living = last.mutants.filter(isAlive);
  if (living.length === 0) return;
  const again = `${reports}/again.json`;
  const parts = living.map(
    ({ location: { start, end } }) =>
      `${source}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
  );
  await runStryker(parts, tests, again);
  const statuses = new Map(
    readReport(source, again)?.mutants.map((mutant) => [nameOf(mutant), mutant.status]),
  );
  for (const mutant of living) mutant.status = statuses.get(nameOf(mutant)) ?? mutant.status;
  writeFileSync(join(root, file), JSON.stringify({ files: { [source]: last } }));
}

function readReport(source: string, file: string): FileReport | undefined {
  if (!existsSync(join(root, file))) return undefined;
  const { files } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
    readonly files: Readonly<Record<string, FileReport>>;
  };
  return files[source];
}

function nameOf({ mutatorName, replacement, location }: Mutant): string {
  return JSON.stringify([mutatorName, replacement, location]);
}

/** A mutant that hangs is noticed, and one that cannot be loaded is none. */
function isAlive({ status }: Mutant): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** The table of every report that is there, and below it what lived. */
function summary(): string {
  const rows: string[] = [];
  const living: string[] = [];
  const all: Mutant[] = [];
  for (const source of Object.keys(rooms).flatMap(sources)) {
    const { mutants = [] } = readReport(source, reportOf(source)) ?? {};
    if (mutants.length === 0) continue;
    rows.push(row(source.slice('src/'.length), mutants));
    all.push(...mutants);
    const lines = readFileSync(join(root, source), 'utf8').split('\n');
    for (const { status, location, mutatorName, replacement } of mutants.filter(isAlive)) {
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
    row('**together**', all),
    '',
    ...living,
    '',
  ].join('\n');
}

/** Mutants that cannot even be loaded are nobody's merit and are left out, as Stryker leaves them out. */
function row(name: string, mutants: readonly Mutant[]): string {
  const count = (state: string): number => mutants.filter(({ status }) => status === state).length;
  const [killed, timedOut, lived] = [count('Killed'), count('Timeout'), mutants.filter(isAlive).length];
  const valid = killed + timedOut + lived;
  const score = ((100 * (killed + timedOut)) / valid).toFixed(1);
  return `| ${name} | ${valid} | ${killed} | ${timedOut} | ${lived} | ${score} % |`;
}

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
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
  mkdirSync(reports, { recursive: true });
  const onlyLiving = process.argv.includes('--living');
  for (const { source, tests } of chosen) await mutate(source, tests, onlyLiving);
}
process.stdout.write(summary());
