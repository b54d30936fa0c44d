import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { maxParameters, parseForm } from './form.ts';

const badEscape = {
  code: 'MalformedQueryString',
  message: 'The request contains a percent escape that is not valid UTF-8.',
};

describe('parseForm', () => {
  test('reads names and values in order, plus as space, escapes as UTF-8', () => {
    assert.deepEqual(parseForm('a=1&b+c=x%20y+z&%C3%A9=%F0%9F%94%90').entries, [
      ['a', '1'],
      ['b c', 'x y z'],
      ['é', '🔐'],
    ]);
  });

  test('keeps an escaped plus, ampersand and equals sign as they are', () => {
    assert.deepEqual(parseForm('a=1%2B1%26b%3D2').entries, [['a', '1+1&b=2']]);
  });

  test('splits at the first equals sign only', () => {
    assert.deepEqual(parseForm('a=b=c').entries, [['a', 'b=c']]);
  });

  test('takes a name without equals sign as empty, and skips nothing between ampersands', () => {
    assert.deepEqual(parseForm('&a&&=b&').entries, [
      ['a', ''],
      ['', 'b'],
    ]);
    assert.deepEqual(parseForm('').entries, []);
  });

  test('finds the first value of a name that appears twice', () => {
    const params = parseForm('Action=First&Action=Second');
    assert.equal(params.first('Action'), 'First');
    assert.equal(params.first('Version'), undefined);
  });

  for (const text of ['a=%', 'a=%4', 'a=%zz', '%=a', 'a=%ff', 'a=%C3', 'a=%ED%A0%80', 'a=%C0%80']) {
    test(`refuses ${text}`, () => {
      assert.throws(() => parseForm(text), badEscape);
    });
  }

  test('takes as many parameters as it allows and refuses one more', () => {
    const most = Array.from({ length: maxParameters }, () => 'a=').join('&');
    assert.equal(parseForm(most).entries.length, maxParameters);
    assert.throws(() => parseForm(`${most}&a=`), {
      code: 'MalformedQueryString',
      message: 'Too many parameters.',
    });
  });
});
