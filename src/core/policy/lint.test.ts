import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyKind } from './document.ts';
import { lintPolicy } from './lint.ts';
import { parsePolicy } from './parse-policy.ts';

/** The warnings of a policy of one statement, each as `line:column code message`. Every member stands on its line. */
function warnings(
  statement: object,
  kind: PolicyKind = 'identity',
  Version = '2012-10-17',
): readonly string[] {
  const Statement = {
    Effect: 'Allow',
    ...('NotAction' in statement ? {} : { Action: 's3:GetObject' }),
    ...(kind === 'trust' ? {} : { Resource: 'arn:aws:s3:::b/*' }),
    ...statement,
  };
  const text = JSON.stringify({ Version, Statement }, null, 1);
  return lintPolicy(parsePolicy(text, kind)).map(
    ({ code, message, position }) => `${position.line}:${position.column} ${code} ${message}`,
  );
}

describe('the warnings of a policy', () => {
  test('are none for a policy that means what it says', () => {
    assert.deepEqual(warnings({}), []);
    assert.deepEqual(warnings({ Action: '*', Resource: '*' }), []);
    assert.deepEqual(warnings({ Action: ['s3:get*', 'S3:PutObject', 'ec2:RunInstances'] }), []);
    const trust = { Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
    for (const version of ['2012-10-17', '2008-10-17'])
      assert.deepEqual(warnings(trust, 'trust', version), []);
  });

  test('name a service that there is not', () => {
    assert.deepEqual(warnings({ Action: ['s3:GetObject', 'S4:GetObject'] }), [
      '7:4 UnknownService There is no service S4.',
    ]);
  });

  test('name an action that its service has not, also behind a wildcard', () => {
    assert.deepEqual(warnings({ Action: ['s3:GetObjekt', 'iam:Grant*', 'iam:PassRole', 'sts:*'] }), [
      '6:4 UnknownAction s3 has no action GetObjekt.',
      '7:4 UnknownAction iam has no action Grant*.',
    ]);
  });

  test('name an action that another one covers', () => {
    assert.deepEqual(warnings({ Action: ['s3:GetObject', 's3:Get*', 's3:get*', 's3:?etObject'] }), [
      '6:4 RedundantAction s3:GetObject adds nothing to s3:Get*.',
      '8:4 RedundantAction s3:get* adds nothing to s3:Get*.',
    ]);
  });

  test('take a question mark for less than a star', () => {
    assert.deepEqual(warnings({ Action: ['s3:GetObjec?', 's3:GetObjec*'] }), [
      '6:4 RedundantAction s3:GetObjec? adds nothing to s3:GetObjec*.',
    ]);
  });

  test('name a variable that the old version takes literally', () => {
    const Resource = 'arn:aws:s3:::b/\u0024{aws:username}';
    assert.deepEqual(warnings({ Resource }), []);
    assert.deepEqual(warnings({ Resource }, 'identity', '2008-10-17'), [
      `6:15 VariableInOldVersion ${Resource} is taken literally: variables need version 2012-10-17.`,
    ]);
    const Condition = { StringLike: { 's3:prefix': ['home', '\u0024{aws:username}/*'] } };
    assert.deepEqual(warnings({ Condition }, 'identity', '2008-10-17'), [
      '11:6 VariableInOldVersion \u0024{aws:username}/* is taken literally: variables need version 2012-10-17.',
    ]);
  });

  const tags = { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } };

  test('name ForAllValues in an Allow that an empty set satisfies', () => {
    assert.deepEqual(warnings({ Condition: tags }), [
      '9:5 EmptySetMatches ForAllValues:StringEquals holds for a request without aws:TagKeys: add "Null": {"aws:TagKeys": "false"}.',
    ]);
    assert.deepEqual(warnings({ Effect: 'Deny', Condition: tags }), []);
    assert.deepEqual(warnings({ Condition: { ...tags, Null: { 'aws:tagkeys': 'false' } } }), []);
    for (const other of [
      { Null: { 'aws:TagKeys': 'true' } },
      { Null: { 'aws:TagKeys': ['true', 'false'] } },
      { Null: { 'aws:username': 'false' } },
      { StringEquals: { 'aws:TagKeys': 'false' } },
    ])
      assert.equal(warnings({ Condition: { ...tags, ...other } }).length, 1, JSON.stringify(other));
  });

  test('name a wildcard in a key that tells accounts apart', () => {
    assert.deepEqual(warnings({ Condition: { StringLike: { 'aws:PrincipalOrgID': ['o-1', 'o-*'] } } }), [
      '11:6 WildcardInSensitiveKey o-* for aws:PrincipalOrgID may match strangers: write the whole value.',
    ]);
    for (const key of [
      'aws:PrincipalAccount',
      'aws:PrincipalOrgID',
      'aws:ResourceAccount',
      'aws:ResourceOrgID',
      'aws:SourceAccount',
      'aws:SourceOrgID',
      'aws:SourceVpc',
      'aws:SourceVpce',
      'aws:VpceAccount',
      'aws:VpceOrgID',
    ])
      assert.deepEqual(warnings({ Condition: { StringLike: { [key]: '1?' } } }), [
        `9:${key.length + 9} WildcardInSensitiveKey 1? for ${key} may match strangers: write the whole value.`,
      ]);
    assert.deepEqual(warnings({ Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-*' } } }), []);
    assert.deepEqual(warnings({ Condition: { ArnLike: { 'aws:PrincipalAccount': '1*' } } }), []);
    assert.deepEqual(warnings({ Condition: { StringLike: { 'aws:UserAgent': '*' } } }), []);
  });

  test('name an Allow for everybody but a few', () => {
    const NotPrincipal = { AWS: '111111111111' };
    assert.deepEqual(warnings({ NotPrincipal }, 'resource'), [
      '7:3 AllowExceptPrincipal Allow with NotPrincipal allows everybody else, strangers included.',
    ]);
    assert.deepEqual(warnings({ Effect: 'Deny', NotPrincipal }, 'resource'), []);
  });

  test('name the passing of any role to any service', () => {
    assert.deepEqual(warnings({ Action: 'iam:PassRole', Resource: '*' }), [
      '6:15 PassAnyRole iam:PassRole on every resource passes any role to any service.',
    ]);
    const Condition = { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } };
    assert.deepEqual(warnings({ Action: 'iam:PassRole', Resource: '*', Condition }), []);
    assert.deepEqual(warnings({ Effect: 'Deny', Action: 'iam:PassRole', Resource: '*' }), []);
    assert.deepEqual(warnings({ NotAction: 'iam:PassRole', Resource: '*' }), []);
    assert.deepEqual(warnings({ Action: 'iam:PassRole', Resource: undefined, NotResource: '*' }), []);
    assert.deepEqual(
      warnings({ Action: ['s3:GetObject', 'IAM:passrole'], Resource: ['arn:aws:iam::1:role/x', '*'] }),
      ['11:4 PassAnyRole iam:PassRole on every resource passes any role to any service.'],
    );
  });

  test('name actions that resource control policies do not reach', () => {
    const statement = { Effect: 'Deny', Principal: '*', Action: ['ec2:RunInstances', 's3:GetObject'] };
    assert.deepEqual(warnings(statement, 'rcp'), [
      '6:4 OutOfReach Resource control policies do not reach ec2.',
    ]);
  });
});
