import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assumedRoleArn, federatedUserArn, formatArn, iamArn, parseArn, rootArn } from './index.ts';

const whole = {
  'arn:aws:iam::111122223333:role/path/name': ['aws', 'iam', '', '111122223333', 'role/path/name'],
  'arn:aws:s3:::bucket/a:b/c': ['aws', 's3', '', '', 'bucket/a:b/c'],
  'arn:aws-cn:sts:cn-north-1:111122223333:x:y': ['aws-cn', 'sts', 'cn-north-1', '111122223333', 'x:y'],
  'arn:aws:sqs:us-east-1:111122223333::': ['aws', 'sqs', 'us-east-1', '111122223333', ':'],
} as const;
for (const [text, [partition, service, region, account, resource]] of Object.entries(whole)) {
  test(`${text} is split and joined again`, () => {
    const parts = { partition, service, region, account, resource };
    assert.deepEqual(parseArn(text), parts);
    assert.equal(formatArn(parts), text);
  });
}

for (const text of [
  '',
  'arn',
  'arn:',
  'arn:aws',
  'arn:aws:iam',
  'arn:aws:iam:',
  'arn:aws:iam::111122223333',
  'arn:aws:iam::111122223333:',
  'arn::iam::111122223333:role/x',
  'arn:aws:::111122223333:role/x',
  'ARN:aws:iam::111122223333:role/x',
  ' arn:aws:iam::111122223333:role/x',
]) {
  test(`'${text}' is no ARN`, () => assert.equal(parseArn(text), undefined));
}

test('principals are named as AWS names them', () => {
  assert.equal(iamArn('111122223333', 'user', '/', 'bob'), 'arn:aws:iam::111122223333:user/bob');
  assert.equal(iamArn('111122223333', 'role', '/a/b/', 'r'), 'arn:aws:iam::111122223333:role/a/b/r');
  assert.equal(rootArn('111122223333'), 'arn:aws:iam::111122223333:root');
  assert.equal(assumedRoleArn('111122223333', 'r', 's'), 'arn:aws:sts::111122223333:assumed-role/r/s');
  assert.equal(federatedUserArn('111122223333', 'bob'), 'arn:aws:sts::111122223333:federated-user/bob');
});
