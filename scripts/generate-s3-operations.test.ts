import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';

function generate(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const script = join(import.meta.dirname, 'generate-s3-operations.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the generator of the operations of S3', () => {
  test('compares nothing without a model', () => {
    const { status, stdout } = generate(import.meta.dirname, '--check');
    assert.equal(status, 0);
    assert.match(stdout, /^no s3-2006-03-01\.json in .+: the generated file was not compared\n$/);
  });

  test('writes nothing without a model', () => {
    assert.equal(generate(import.meta.dirname).status, 1);
  });

  test('needs a directory', () => {
    const { status, stderr } = generate('--check');
    assert.equal(status, 2);
    assert.match(stderr, /usage: node scripts\/generate-s3-operations\.ts DIRECTORY \[--check\]\n$/);
  });
});
