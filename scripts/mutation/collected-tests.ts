/**
 * Stands in for `node:test` while mutants are tested: keeps the tests instead of running them, so that one process can run them for each mutant.
 * It knows what the tests of core/policy and core/sigv4 use of `node:test`, and nothing more.
 */

type Body = () => unknown;

interface Suite {
  readonly name: string;
  readonly before: Body[];
}

export interface CollectedTest {
  readonly name: string;
  readonly suites: readonly Suite[];
  readonly run: Body;
}

/** Every test of the files that were imported, in order. */
export const tests: CollectedTest[] = [];
let suites: readonly Suite[] = [];

export function describe(name: string, body: () => void): void {
  const outer = suites;
  suites = [...outer, { name, before: [] }];
  body();
  suites = outer;
}

export function test(name: string, run: Body): void {
  const named = [...suites.map((suite) => suite.name), name].join(' > ');
  tests.push({ name: `${tests.length} ${named}`, suites, run });
}

export function before(body: Body): void {
  suites.at(-1)?.before.push(body);
}
