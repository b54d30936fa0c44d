import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../../test/organization-fixture.ts';
import { page, pageByName } from './page.ts';

const letters = ['a', 'b', 'c', 'd', 'e'];
const itself = (letter: string) => letter;

test('a page ends where MaxItems says and the marker goes on from there', () => {
  const first = page(letters, itself, { MaxItems: 2 });
  assert.deepEqual(first.items, ['a', 'b']);
  assert.equal(first.answer.IsTruncated, true);
  const second = page(letters, itself, { MaxItems: 2, Marker: first.answer.Marker });
  assert.deepEqual(second.items, ['c', 'd']);
  const third = page(letters, itself, { MaxItems: 2, Marker: second.answer.Marker });
  assert.deepEqual(third, { items: ['e'], answer: { IsTruncated: false } });
});

test('a page that is just full is the last one', () => {
  assert.deepEqual(page(letters, itself, { MaxItems: 5 }), {
    items: letters,
    answer: { IsTruncated: false },
  });
});

test('without MaxItems a page has a hundred entries', () => {
  const many = Array.from({ length: 101 }, (_, index) => String(index).padStart(3, '0'));
  assert.equal(page(many, itself, {}).items.length, 100);
  assert.equal(page(many, itself, {}).answer.IsTruncated, true);
});

test('a marker goes on correctly when its entry is gone and others came before it', () => {
  const { answer } = page(letters, itself, { MaxItems: 3 });
  assert.deepEqual(page(['0', 'a', 'b', 'd', 'e'], itself, { Marker: answer.Marker }).items, ['d', 'e']);
});

test('a marker after the end shows nothing more', () => {
  const { answer } = page(letters, itself, { MaxItems: 4 });
  assert.deepEqual(page(['a'], itself, { Marker: answer.Marker }), {
    items: [],
    answer: { IsTruncated: false },
  });
});

test('a marker that was not handed out is refused', () => {
  const good = page(letters, itself, { MaxItems: 1 }).answer.Marker ?? '';
  for (const Marker of ['', 'bogus', `${good}=`, ` ${good}`, Buffer.from('b').toString('base64')]) {
    assert.throws(() => page(letters, itself, { Marker }), isFault('ValidationError', 'Invalid Marker.'));
  }
});

test('a page of named things has those whose path begins with the prefix, in order of name without case', () => {
  const things = [
    { name: 'Anna', path: '/a/' },
    { name: 'bert', path: '/' },
    { name: 'Carl', path: '/a/b/' },
    { name: 'dora', path: '/ab/' },
  ];
  const names = (request: Parameters<typeof pageByName>[1]) =>
    pageByName(things, request).items.map(({ name }) => name);
  assert.deepEqual(names({}), ['Anna', 'bert', 'Carl', 'dora']);
  assert.deepEqual(names({ PathPrefix: '/' }), ['Anna', 'bert', 'Carl', 'dora']);
  assert.deepEqual(names({ PathPrefix: '/a/' }), ['Anna', 'Carl']);
  assert.deepEqual(names({ PathPrefix: '/a' }), ['Anna', 'Carl', 'dora']);
  const { answer } = pageByName(things, { PathPrefix: '/a', MaxItems: 1 });
  assert.deepEqual(names({ PathPrefix: '/a', MaxItems: 1, Marker: answer.Marker }), ['Carl']);
});
