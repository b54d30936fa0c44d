import assert from 'node:assert/strict';
import { test } from 'node:test';
import { naiveLike } from '../../../test/properties/naive-evaluator.ts';
import { compileGlob, matchGlob } from './glob.ts';
import { parseTemplate } from './template.ts';

function glob(pattern: string) {
  return compileGlob(parseTemplate(pattern, { wildcards: true, variables: false }));
}

/** Every text of these letters up to that length. */
function texts(letters: readonly string[], length: number): readonly string[] {
  if (length === 0) return [''];
  const shorter = texts(letters, length - 1);
  const longest = shorter.filter((text) => text.length === length - 1);
  return [...shorter, ...longest.flatMap((text) => letters.map((letter) => text + letter))];
}

test('every short pattern matches every short value as trying each possibility does', () => {
  const values = texts(['a', 'b'], 6);
  for (const pattern of texts(['a', 'b', '*', '?'], 5)) {
    const compiled = glob(pattern);
    for (const value of values)
      assert.equal(matchGlob(compiled, value), naiveLike(pattern, value), `${pattern} on ${value}`);
  }
});

test('a run of stars is one, and what lies between counts toward the length', () => {
  assert.deepEqual(glob('ab***?c**d'), {
    first: 'ab',
    middle: [[undefined, 'c']],
    last: 'd',
    minimumLength: 5,
  });
  assert.deepEqual(glob('**'), { first: '', middle: [], last: '', minimumLength: 0 });
  assert.deepEqual(glob('ab'), { first: 'ab', middle: [], last: undefined, minimumLength: 2 });
});
