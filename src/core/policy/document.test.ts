import assert from 'node:assert/strict';
import { test } from 'node:test';
import { principalsOf } from './document.ts';
import { parsePolicy } from './parse-policy.ts';

test('the principals of a policy are listed in order, with those it excludes', () => {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'ec2.amazonaws.com', AWS: ['111111111111', '222222222222'] },
        Action: 's3:GetObject',
        Resource: '*',
      },
      { Effect: 'Deny', NotPrincipal: { AWS: '*' }, Action: 's3:GetObject', Resource: '*' },
    ],
  });
  assert.deepEqual(
    principalsOf(parsePolicy(text, 'resource')).map(({ form, value }) => `${form} ${value}`),
    ['Service ec2.amazonaws.com', 'AWS 111111111111', 'AWS 222222222222', 'AWS *'],
  );
});

test('a policy without principals has none', () => {
  const text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}';
  assert.deepEqual(principalsOf(parsePolicy(text, 'identity')), []);
});
