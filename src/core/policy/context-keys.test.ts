import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextKeysOf } from './context-keys.ts';
import { parsePolicy } from './parse-policy.ts';

function keysOf(Version: string, statement: object): readonly string[] {
  const text = JSON.stringify({
    Version,
    Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...statement },
  });
  return contextKeysOf(parsePolicy(text, 'identity'));
}

test('the keys of conditions are listed as written, each once whatever its case', () => {
  const Condition = {
    StringEquals: { 'aws:UserName': 'a', 'aws:PrincipalTag/Team': 'b' },
    StringLike: { 'AWS:username': 'c' },
  };
  assert.deepEqual(keysOf('2012-10-17', { Condition }), ['aws:UserName', 'aws:PrincipalTag/Team']);
});

const variables = {
  Resource: 'arn:aws:s3:::bucket/\u0024{aws:UserId}',
  Condition: { StringLike: { 's3:prefix': "\u0024{aws:username, 'x'}/\u0024{*}" } },
};

test('the keys of variables are listed', () => {
  assert.deepEqual(keysOf('2012-10-17', variables), ['s3:prefix', 'aws:username', 'aws:UserId']);
});

test('version 2008-10-17 has no variables to list', () => {
  assert.deepEqual(keysOf('2008-10-17', variables), ['s3:prefix']);
});
