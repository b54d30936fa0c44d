/**
 * Mutation tests of core/policy and core/sigv4: changes their code in one place at a time and sees whether a test notices.
 *
 *   npm run mutate [-- PATH…]      PATH: a room, or one of its files; without it both rooms
 *
 * Prints the table and the mutants that lived as docs/mutation.md shows them; the reports, in the schema of mutation-testing-elements, are left
 * in mutation/. Unit tests and vectors take part, test/properties does not. Both rooms take minutes.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { LogLevel } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';

const root = join(import.meta.dirname, '..');
const reports = 'mutation';

/** Rooms, and the vectors that test them beside their own tests. */
const rooms: Readonly<Record<string, string>> = {
  'src/core/policy': 'test/vectors-policy.test.ts',
  'src/core/sigv4': 'test/vectors-sigv4.test.ts',
};

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

interface Place {
  readonly line: number;
  readonly column: number;
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

function sourcesOf(room: string): readonly string[] {
  return filesOf(room, (name) => name.endsWith('.ts') && !isTest(name) && name !== 'index.ts');
}

/** The mutants of one file, and what became of each. */
async function mutate(source: string, tests: readonly string[]): Promise<readonly Mutant[]> {
  const report = `${reports}/${source.replaceAll('/', '-')}.json`;
  const stryker = new Stryker({
    mutate: [source],
    testRunner: 'node-test',
    plugins: [join(root, 'scripts/mutation/test-runner.ts')],
    ...{ mutationTestFiles: tests },
    coverageAnalysis: 'perTest',
    concurrency: 1,
    reporters: ['json'],
    jsonReporter: { fileName: report },
    // Stryker would rewrite tsconfig.json through an interface that the compiler no longer has.
    ignorePatterns: ['console', 'dist', 'bench', 'tsconfig*.json', reports],
    tempDirName: `${reports}/sandbox`,
    allowConsoleColors: false,
    // Also keeps it from warning of `mutationTestFiles`, which only our runner knows.
    logLevel: 'error' as LogLevel,
  });
  await stryker.runMutationTest();
  const { files } = JSON.parse(readFileSync(join(root, report), 'utf8')) as {
    readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
  };
  return files[source]?.mutants ?? [];
}

/** A mutant that hangs is noticed, and one that cannot even be loaded is none. */
function isAlive({ status }: Mutant): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** Mutants that cannot be loaded are nobody's merit and are left out, as Stryker leaves them out. */
function row(name: string, mutants: readonly Mutant[]): string {
  const count = (state: string): number => mutants.filter(({ status }) => status === state).length;
  const [killed, timedOut, lived] = [count('Killed'), count('Timeout'), mutants.filter(isAlive).length];
  const valid = killed + timedOut + lived;
  const score = ((100 * (killed + timedOut)) / valid).toFixed(1);
  return `| ${name} | ${valid} | ${killed} | ${timedOut} | ${lived} | ${score} % |`;
}

/** Where a living mutant is, and what it writes in the place of what. */
function describeLiving(source: string, mutants: readonly Mutant[]): readonly string[] {
  const lines = readFileSync(join(root, source), 'utf8').split('\n');
  return mutants.filter(isAlive).map(({ location: { start, end }, mutatorName, replacement = '' }) => {
    const line = lines[start.line - 1] ?? '';
    const was = line.slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
    return `${source}:${start.line}:${start.column} ${mutatorName}: ${was} → ${replacement}`;
  });
}

async function mutateAll(chosen: readonly (readonly [source: string, tests: readonly string[]])[]) {
  process.chdir(root);
  mkdirSync(reports, { recursive: true });
  const rows: string[] = [];
  const living: string[] = [];
  const all: Mutant[] = [];
  for (const [source, tests] of chosen) {
    const mutants = await mutate(source, tests);
    if (mutants.length === 0) continue;
    all.push(...mutants);
    rows.push(row(source.slice('src/'.length), mutants));
    living.push(...describeLiving(source, mutants));
    process.stderr.write(`${rows.at(-1)}\n`);
  }
  const head = [
    '| file | mutants | killed | timed out | lived | score |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
  ];
  return [...head, ...rows, row('**together**', all), '', ...living, ''].join('\n');
}

const wanted = process.argv.slice(2);
const chosen = Object.entries(rooms).flatMap(([room, vectors]) =>
  sourcesOf(room)
    .filter((source) => wanted.length === 0 || wanted.includes(source) || wanted.includes(room))
    .map((source) => [source, [vectors, ...filesOf(room, isTest)]] as const),
);
if (chosen.length === 0) {
  process.stderr.write('usage: npm run mutate [-- PATH…]\n');
  process.exitCode = 2;
} else process.stdout.write(await mutateAll(chosen));
