import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';

function generate(...args: readonly string[]): { status: number | null; stderr: string } {
  const script = join(import.meta.dirname, 'generate-services.ts');
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stderr };
}

describe('the generator of the service table', () => {
  test('finds the committed table to be what the data says', () => {
    assert.equal(generate('--check').status, 0);
  });

  test('refuses arguments it does not know', () => {
    const { status, stderr } = generate('--chekc');
    assert.equal(status, 2);
    assert.match(stderr, /usage: node scripts\/generate-services\.ts \[--check\]\n$/);
  });
});
