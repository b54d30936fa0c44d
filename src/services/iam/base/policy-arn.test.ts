import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../../test/organization-fixture.ts';
import { checkOwnPolicyArn, checkPolicyArn, isPolicyArn, splitPolicyArn } from './policy-arn.ts';

test('a managed policy is named by an ARN of IAM, of an account or of AWS', () => {
  for (const arn of [
    'arn:aws:iam::111122223333:policy/name',
    'arn:aws:iam::111122223333:policy/deep/path/name',
    'arn:aws:iam::aws:policy/ReadOnlyAccess',
  ]) {
    assert.equal(isPolicyArn(arn), true, arn);
    checkPolicyArn(arn);
  }
  for (const text of [
    'longpolicynamebutnoarn',
    'arn:aws:iam::111122223333:not_a_policy/invalid',
    'arn:aws:iam::111122223333:policy/',
    'arn:aws:iam::1111:policy/name',
    'arn:aws:iam:us-east-1:111122223333:policy/name',
    'arn:aws:s3::111122223333:policy/name',
    'arn:aws:iam::111122223333:policy/two words',
  ]) {
    assert.equal(isPolicyArn(text), false, text);
    assert.throws(() => checkPolicyArn(text), isFault('ValidationError', `ARN ${text} is not valid.`));
  }
});

test('only the account’s own policies are its to change', () => {
  checkOwnPolicyArn('arn:aws:iam::111122223333:policy/name', '111122223333', 'delete policies');
  const refused = isFault('AccessDenied', 'Cannot delete policies outside your own account.');
  for (const arn of ['arn:aws:iam::aws:policy/name', 'arn:aws:iam::999988887777:policy/name']) {
    assert.throws(() => checkOwnPolicyArn(arn, '111122223333', 'delete policies'), refused);
  }
});

test('path and name are read off the ARN', () => {
  assert.deepEqual(splitPolicyArn('arn:aws:iam::aws:policy/name'), { path: '/', name: 'name' });
  assert.deepEqual(splitPolicyArn('arn:aws:iam::aws:policy/a/b/name'), { path: '/a/b/', name: 'name' });
});
