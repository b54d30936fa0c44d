/**
 * Compares the policy evaluator with the naive one of test/properties over as many generated cases as you have time for.
 *
 *   node scripts/compare-evaluators.ts CASES [SEED]
 *
 * Exits 1 with the smallest case in which they disagree: make it a vector in test/vectors/policy. The seed is printed, to run the same again.
 */
import { compareEvaluators } from '../test/properties/policy-cases.ts';

const [cases = '', seedText = String(Date.now() % 2 ** 31), ...rest] = process.argv.slice(2);
const casesEachRound = 1_000_000;

if (rest.length > 0 || !/^[1-9]\d*$/.test(cases) || !/^\d+$/.test(seedText)) {
  process.stderr.write('usage: node scripts/compare-evaluators.ts CASES [SEED]\n');
  process.exitCode = 2;
} else {
  compare(Number(cases), Number(seedText));
}

function compare(total: number, seed: number): void {
  for (let done = 0, round = 0; done < total; round++) {
    const some = Math.min(casesEachRound, total - done);
    compareEvaluators(some, seed + round);
    done += some;
    process.stderr.write(`${done} cases agree (seed ${seed + round})\n`);
  }
}
