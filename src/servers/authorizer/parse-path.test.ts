import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { invokeQuestion, parsePath } from './index.ts';

describe('a path', () => {
  for (const [target, path] of [
    ['/', '/'],
    ['/orders/1?a=/../b', '/orders/1'],
    ['/orders/', '/orders/'],
    ['/a%62/%C3%A9/x%20y', '/ab/é/x y'],
    ['/50%25', '/50%'],
    ['/...', '/...'],
  ] as const) {
    test(`${target} is ${path}`, () => assert.equal(parsePath(target), path));
  }

  for (const [target, reason] of [
    ['', 'no leading slash'],
    ['*', 'no leading slash'],
    ['http://other.example.com/orders', 'no leading slash'],
    ['/orders#admin', 'a fragment'],
    ['//orders', 'an empty segment'],
    ['/orders//1', 'an empty segment'],
    ['/orders/../admin', 'a dot segment'],
    ['/orders/./1', 'a dot segment'],
    ['/orders/..', 'a dot segment'],
    ['/orders/%2e%2E/admin', 'a dot segment'],
    ['/orders/.%2e/admin', 'a dot segment'],
    ['/orders%2fadmin', 'an encoded slash'],
    ['/orders\\admin', 'a backslash'],
    ['/orders/..%5cadmin', 'a backslash'],
    ['/orders/%252e%252e/admin', 'an escape of an escape'],
    ['/orders/..;/admin', 'a semicolon'],
    ['/orders%3Bv=1', 'a semicolon'],
    ['/orders%00', 'a control character'],
    ['/orders%0d%0aX-A: b', 'a control character'],
    ['/orders/%c0%ae', 'an escape that is not UTF-8'],
    ['/orders/%', 'an escape that is not UTF-8'],
    ['/orders/\ud800', 'a character that has no encoding'],
  ] as const) {
    test(`${JSON.stringify(target)} is refused: ${reason}`, () => {
      assert.throws(() => parsePath(target), {
        code: 'PathRefused',
        message: `The path of the request is refused: it has ${reason}.`,
      });
    });
  }
});

test('the question about an API names its owner, and the path as it is served', () => {
  const api = { region: 'eu-west-1', ownerAccount: '111122223333', api: 'orders', stage: 'prod' };
  assert.deepEqual(invokeQuestion(api, { method: 'GET', target: '/a%62?c' }), {
    action: 'execute-api:Invoke',
    resource: 'arn:aws:execute-api:eu-west-1:111122223333:orders/prod/GET/ab',
    resourceAccount: '111122223333',
  });
});
