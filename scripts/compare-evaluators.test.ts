import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';

function compare(...args: readonly string[]): { status: number | null; stderr: string } {
  const script = join(import.meta.dirname, 'compare-evaluators.ts');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, ...args],
    {
      encoding: 'utf8',
    },
  );
  return { status, stderr };
}

describe('the long comparison of the evaluators', () => {
  test('says how many cases agree, and with which seed', () => {
    assert.deepEqual(compare('100', '7'), { status: 0, stderr: '100 cases agree (seed 7)\n' });
  });

  test('refuses what is no number of cases', () => {
    for (const args of [[], ['many'], ['0'], ['100', 'x'], ['100', '7', '8']]) {
      const { status, stderr } = compare(...args);
      assert.deepEqual([status, stderr], [2, 'usage: node scripts/compare-evaluators.ts CASES [SEED]\n']);
    }
  });
});
