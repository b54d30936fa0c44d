import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTemplate } from './template.ts';

const parts = (text: string) => parseTemplate(text, { wildcards: true, variables: true });
const text = (literal: string) => ({ type: 'text', text: literal });
const variable = (written: string, fallback?: string) => ({
  type: 'variable',
  key: written.toLowerCase(),
  written,
  fallback,
});

test('a value is split into text, wildcards and variables', () => {
  assert.deepEqual(parts(''), []);
  assert.deepEqual(parts('a*b?$'), [text('a'), { type: 'any' }, text('b'), { type: 'one' }, text('$')]);
  assert.deepEqual(parts('\u0024{*}\u0024{?}\u0024{$}'), [text('*?$')]);
  assert.deepEqual(parts('a/\u0024{aws:UserName}/\u0024{x:y}'), [
    text('a/'),
    variable('aws:UserName'),
    text('/'),
    variable('x:y'),
  ]);
});

test('white space around a name and behind a default is none of theirs', () => {
  for (const written of [
    "\u0024{aws:username,'a b'}",
    "\u0024{ aws:username , 'a b' }",
    "\u0024{aws:username,  'a b'  }",
  ])
    assert.deepEqual(parts(written), [variable('aws:username', 'a b')], written);
  assert.deepEqual(parts('\u0024{ aws:username }'), [variable('aws:username')]);
  assert.deepEqual(parts("\u0024{aws:username, ''}"), [variable('aws:username', '')]);
});

test('what begins no variable is text', () => {
  for (const literal of [
    '\u0024{',
    '\u0024{}',
    '\u0024{a',
    '\u0024{a{b}',
    "\u0024{a,'b'x}",
    "\u0024{a,'b}",
    '\u0024{a,b}',
    '$a}',
  ])
    assert.deepEqual(parts(literal), [text(literal)], literal);
});

test('wildcards and variables are text where they do not count', () => {
  const options = { wildcards: false, variables: false };
  assert.deepEqual(parseTemplate('*?\u0024{a}', options), [text('*?\u0024{a}')]);
});
