import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';

function generate(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const script = join(import.meta.dirname, 'generate-models.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the model generator', () => {
  test('has nothing to check, and says so, where the models are not present', () => {
    const { status, stdout } = generate('/no/such/models', '--check');
    assert.equal(status, 0);
    assert.equal(stdout, 'no service models at /no/such/models: the generated files were not compared\n');
  });

  test('fails when it is to generate from models that are not present', () => {
    assert.equal(generate('/no/such/models').status, 1);
  });

  test('refuses to run without a directory', () => {
    const { status, stderr } = generate('--check');
    assert.equal(status, 2);
    assert.match(stderr, /^usage: node scripts\/generate-models\.ts DIRECTORY \[--check\]\n$/);
  });
});
