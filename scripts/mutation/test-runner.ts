/**
 * A test runner for Stryker that runs tests of `node:test` in its own process. The runners that come with Stryker start Node anew for each
 * mutant and each test file; here only a mutant of what runs while modules load takes a new process.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type {
  DryRunResult,
  MutantRunOptions,
  MutantRunResult,
  TestResult,
  TestRunner,
} from '@stryker-mutator/api/test-runner';
import { type CollectedTest, tests } from './collected-tests.ts';

/** What the code that Stryker writes into the sources looks at. */
interface Switch {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: unknown;
}

const mutantSwitch: Switch = {};
Object.assign(globalThis, { __stryker__: mutantSwitch });

/** Stryker kills and restarts this process when a run takes longer than it allows. */
class NodeTestRunner implements TestRunner {
  readonly #files: readonly string[];

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  capabilities(): { readonly reloadEnvironment: boolean } {
    return { reloadEnvironment: false };
  }

  async dryRun(): Promise<DryRunResult> {
    await load(this.#files);
    const results: TestResult[] = [];
    const run = suiteRunner();
    for (const collected of tests) {
      mutantSwitch.currentTestId = collected.name;
      const started = performance.now();
      const failureMessage = await run(collected);
      const timeSpentMs = performance.now() - started;
      const { name } = collected;
      results.push(
        failureMessage === undefined
          ? { id: name, name, timeSpentMs, status: 0 }
          : { id: name, name, timeSpentMs, status: 1, failureMessage },
      );
    }
    mutantSwitch.currentTestId = undefined;
    return {
      status: 'complete',
      tests: results,
      mutantCoverage: mutantSwitch.mutantCoverage,
    } as DryRunResult;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, mutantActivation, testFilter, hitLimit } = options;
    mutantSwitch.hitCount = hitLimit === undefined ? undefined : 0;
    mutantSwitch.hitLimit = hitLimit;
    mutantSwitch.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
    try {
      await load(this.#files);
      mutantSwitch.activeMutant = activeMutant.id;
      return await this.#findKiller(testFilter);
    } catch (error) {
      return { status: 'error', errorMessage: String(error) } as MutantRunResult;
    } finally {
      mutantSwitch.activeMutant = undefined;
    }
  }

  async #findKiller(testFilter: readonly string[] | undefined): Promise<MutantRunResult> {
    const run = suiteRunner();
    const wanted = testFilter === undefined ? undefined : new Set(testFilter);
    const chosen = tests.filter(({ name }) => wanted === undefined || wanted.has(name));
    for (const [index, collected] of chosen.entries()) {
      const failureMessage = await run(collected);
      const { hitCount = 0, hitLimit = Number.POSITIVE_INFINITY } = mutantSwitch;
      if (hitCount > hitLimit) return { status: 'timeout' } as MutantRunResult;
      if (failureMessage === undefined) continue;
      const killedBy = [collected.name];
      return { status: 'killed', killedBy, failureMessage, nrOfTests: index + 1 } as MutantRunResult;
    }
    return { status: 'survived', nrOfTests: chosen.length } as MutantRunResult;
  }
}

let loaded: Promise<void> | undefined;

/** Imports the test files, with collected-tests.ts in the place of `node:test`; they are in the sandbox, the present directory. */
function load(files: readonly string[]): Promise<void> {
  loaded ??= (async () => {
    const url = new URL('./collected-tests.ts', import.meta.url).href;
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'node:test' ? { url, shortCircuit: true } : next(specifier, context),
    });
    for (const file of files) await import(pathToFileURL(join(process.cwd(), file)).href);
  })();
  return loaded;
}

/** Runs one test after another, and what comes before the tests of a suite once; gives what a failed one says. */
function suiteRunner(): (collected: CollectedTest) => Promise<string | undefined> {
  const begun = new Set<unknown>();
  return async ({ suites, run }) => {
    try {
      for (const suite of suites) {
        if (begun.has(suite)) continue;
        begun.add(suite);
        for (const body of suite.before) await body();
      }
      await run();
      return undefined;
    } catch (error) {
      return String(error);
    }
  };
}

function createRunner(options: { readonly mutationTestFiles: readonly string[] }): TestRunner {
  return new NodeTestRunner(options.mutationTestFiles);
}
createRunner.inject = ['options'] as const;

/** How Stryker finds the runner. */
export const strykerPlugins = [{ kind: 'TestRunner', name: 'node-test', factory: createRunner }];
