import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  accountOperations,
  cloudtrailOperations,
  iamOperations,
  type OperationModel,
  organizationsOperations,
  serviceModels,
  stsOperations,
} from '#wire/model';
import { validateInput, violationFault, violationMessage } from './index.ts';
import { compilePattern, matchPattern } from './pattern.ts';

/** The sentence for an input, or undefined when it breaks nothing. */
function complaint(operation: OperationModel, input: unknown): string | undefined {
  const violations = validateInput(operation, input);
  return violations.length === 0 ? undefined : violationMessage(operation.service, violations);
}

const roleArn = 'arn:aws:iam::111122223333:role/Demo';

function assumeRole(input: Readonly<Record<string, unknown>>): string | undefined {
  return complaint(stsOperations.AssumeRole, { RoleArn: roleArn, RoleSessionName: 'alice', ...input });
}

describe('STS', () => {
  test('has nothing to say of a sound input', () => {
    const input = {
      RoleSessionName: 'ab',
      DurationSeconds: 900,
      Policy: 'x'.repeat(5000),
      Tags: [{ Key: 'Über_./:=+-@ 1', Value: '' }],
      TransitiveTagKeys: ['a'],
      ExternalId: 'a:/',
      SerialNumber: 'arn:aws:iam::111122223333:mfa/bob',
      TokenCode: '123456',
      SourceIdentity: 's'.repeat(256),
    };
    assert.equal(assumeRole(input), undefined);
  });

  const cases: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [
      { RoleSessionName: 'Session1:2' },
      "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      { RoleSessionName: 's'.repeat(65) },
      `1 validation error detected: Value '${'s'.repeat(65)}' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      { RoleSessionName: '' },
      "1 validation error detected: Value '' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      { RoleSessionName: undefined },
      "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null",
    ],
    [
      { RoleSessionName: '!' },
      "2 validation errors detected: Value '!' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '!' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      { RoleSessionName: 'ab\n' },
      "1 validation error detected: Value 'ab\n' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      { RoleSessionName: 'éé' },
      "1 validation error detected: Value 'éé' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      { DurationSeconds: 899 },
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      { DurationSeconds: 43201 },
      "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
    [
      { SourceIdentity: 'aws:x' },
      "1 validation error detected: Value 'aws:x' at 'sourceIdentity' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      { Tags: [{ Key: 'a', Value: 'b' }, { Key: '<' }] },
      "2 validation errors detected: Value '<' at 'tags.2.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+; Value null at 'tags.2.member.value' failed to satisfy constraint: Member must not be null",
    ],
    [
      { Tags: Array.from({ length: 51 }, () => ({})) },
      "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    ],
    [
      { PolicyArns: [{ arn: 'arn:short' }] },
      "1 validation error detected: Value 'arn:short' at 'policyArns.1.member.arn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
    [
      { TransitiveTagKeys: ['a', ''] },
      "1 validation error detected: Value '[a, ]' at 'transitiveTagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+, Member must not be null]",
    ],
    [
      { ProvidedContexts: [] },
      "1 validation error detected: Value at 'providedContexts' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ];
  for (const [input, message] of cases) {
    test(message.slice(0, 160), () => {
      assert.equal(assumeRole(input), message);
    });
  }

  test('counts code points, not code units', () => {
    const tag = (value: string) => assumeRole({ Tags: [{ Key: '\u{20000}'.repeat(128), Value: value }] });
    assert.equal(tag('\u{20000}'.repeat(256)), undefined);
    assert.match(tag('\u{20000}'.repeat(257)) ?? '', /Member must have length less than or equal to 256$/);
  });

  test('refuses supplementary characters in an ARN, as the live service does', () => {
    assert.match(
      assumeRole({ RoleArn: `${roleArn}\u{1f510}` }) ?? '',
      /at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: \[\\u0009/,
    );
    assert.equal(assumeRole({ RoleArn: `${roleArn}\u2603` }), undefined);
  });

  test('never repeats a sensitive value', () => {
    assert.equal(
      assumeRole({ TokenCode: '12345x7' }),
      "2 validation errors detected: Value at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*; Value at 'tokenCode' failed to satisfy constraint: Member must have length less than or equal to 6",
    );
    assert.equal(
      complaint(stsOperations.AssumeRoleWithWebIdentity, {
        RoleArn: roleArn,
        RoleSessionName: 'alice',
        WebIdentityToken: 'jwt',
      }),
      "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4",
    );
  });

  test('limits what it says of a hostile list', () => {
    const PolicyArns = Array.from({ length: 20_000 }, () => ({ arn: '' }));
    assert.ok(validateInput(stsOperations.AssumeRole, { PolicyArns }).length <= 103);
  });
});

describe('IAM', () => {
  const cases: readonly (readonly [OperationModel, Readonly<Record<string, unknown>>, string])[] = [
    [
      iamOperations.UpdateAccessKey,
      { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'On' },
      "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
    ],
    [
      iamOperations.GetPolicyVersion,
      { PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess', VersionId: '1' },
      "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
    ],
    [
      iamOperations.TagRole,
      { RoleName: 'r', Tags: [{ Key: 'k'.repeat(129), Value: '' }] },
      "1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128",
    ],
    [
      iamOperations.UntagRole,
      { RoleName: 'r', TagKeys: ['k'.repeat(129)] },
      "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+, Member must not be null]",
    ],
    [
      iamOperations.UntagRole,
      { RoleName: 'r', TagKeys: Array.from({ length: 51 }, () => 'k') },
      "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must have length less than or equal to 50",
    ],
    [
      iamOperations.CreateOpenIDConnectProvider,
      { Url: 'https://example.com', ClientIDList: ['x'.repeat(256)], ThumbprintList: ['a'] },
      "2 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]; Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]",
    ],
    [
      iamOperations.UpdateAccountPasswordPolicy,
      { MinimumPasswordLength: 129, MaxPasswordAge: 1096 },
      "2 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128; Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095",
    ],
    [
      iamOperations.CreateRole,
      { RoleName: 'a role', AssumeRolePolicyDocument: '{}' },
      'The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    ],
    [
      iamOperations.CreateVirtualMFADevice,
      { VirtualMFADeviceName: 'm', Path: 'a/' },
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    ],
    [
      iamOperations.CreatePolicy,
      { PolicyName: 'p', PolicyDocument: '{}', Path: '/a//b/' },
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    ],
    [
      iamOperations.CreateAccountAlias,
      { AccountAlias: 'two--dashes' },
      'The specified value for accountAlias is invalid. It must be a minimum length of 3 characters and maximum length of 63 characters, contain only digits, lowercase letters, and hyphens (-), but cannot begin or end with a hyphen.',
    ],
    [
      iamOperations.CreateUser,
      { UserName: '', Path: '/a' },
      "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      iamOperations.CreateUser,
      {},
      "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null",
    ],
  ];
  for (const [operation, input, message] of cases) {
    test(`${operation.name}: ${message.slice(0, 120)}`, () => {
      assert.equal(complaint(operation, input), message);
    });
  }

  test('has its own words for every kind of pattern they are about', () => {
    const patterns = [...serviceModels.iam.shapes.values()].map(
      (shape) => shape.type === 'string' && shape.pattern,
    );
    for (const operation of ['CreateUser', 'CreateGroup', 'CreateRole', 'CreateInstanceProfile'] as const) {
      const member = iamOperations[operation].input?.members.find(({ name }) => name.endsWith('Name'));
      assert.equal(member?.shape.type === 'string' && member.shape.pattern, '[\\w+=,.@-]+');
    }
    assert.ok(patterns.includes('((/[A-Za-z0-9\\.,\\+@=_-]+)*)/'));
  });

  test('never shows a password', () => {
    const message = complaint(iamOperations.CreateLoginProfile, { UserName: 'bob', Password: '☃' });
    assert.match(message ?? '', /^1 validation error detected: Value at 'password' failed/);
    assert.equal(message?.includes('☃'), false);
  });
});

describe('the JSON services', () => {
  test('Organizations names the kind of the first mistake', () => {
    const { CreateAccount, DescribeAccount } = organizationsOperations;
    const faultOf = (operation: OperationModel, input: unknown) =>
      violationFault(serviceModels.organizations, validateInput(operation, input));
    const pattern = faultOf(DescribeAccount, { AccountId: '1' });
    assert.equal(pattern?.code, 'InvalidInputException');
    assert.equal(pattern?.text, 'You provided a value that does not match the required pattern.');
    assert.deepEqual(pattern?.members, { Reason: 'INVALID_PATTERN' });
    assert.deepEqual(faultOf(CreateAccount, { Email: 'a@example.com' })?.members, {
      Reason: 'INPUT_REQUIRED',
    });
  });

  test('Account lists the fields', () => {
    const violations = validateInput(accountOperations.EnableRegion, { RegionName: '' });
    const invalid = violationFault(serviceModels.account, violations);
    assert.equal(invalid?.code, 'ValidationException');
    assert.equal(
      invalid?.text,
      "1 validation error detected: Value '' at 'regionName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
    assert.deepEqual(invalid?.members, {
      reason: 'fieldValidationFailed',
      fieldList: [{ name: 'regionName', message: 'Member must have length greater than or equal to 1' }],
    });
  });

  test('the others answer with the common code', () => {
    const violations = validateInput(stsOperations.AssumeRole, {});
    assert.equal(violationFault(serviceModels.sts, violations)?.code, 'ValidationError');
    assert.equal(violationFault(serviceModels.sts, []), undefined);
  });

  test('maps are judged by their keys and their values', () => {
    const message = complaint(cloudtrailOperations.CreateDashboard, {
      Name: 'abc',
      Widgets: [{ QueryStatement: 'SELECT 1', ViewProperties: { 'bad key': '' } }],
    });
    assert.match(
      message ?? '',
      /Map keys must satisfy constraint: \[Member must have length less than or equal to 128, /,
    );
    assert.match(
      message ?? '',
      /Map value must satisfy constraint: \[Member must have length less than or equal to 128, /,
    );
  });
});

describe('patterns', () => {
  test('of every model compile and are anchored', () => {
    for (const { shapes } of Object.values(serviceModels)) {
      for (const shape of shapes.values()) {
        if (shape.type !== 'string' || shape.pattern === undefined) continue;
        const { source } = compilePattern(shape.pattern);
        assert.ok(source.startsWith('^(?:') && source.endsWith(')$'), shape.name);
      }
    }
  });

  test('match the whole text, also with alternatives', () => {
    const pattern = '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)';
    assert.equal(matchPattern(pattern, '/', 512), true);
    assert.equal(matchPattern(pattern, '/a/', 512), true);
    assert.equal(matchPattern(pattern, '/a', 512), false);
    assert.equal(matchPattern('v[1-9]', 'v1\n', undefined), false);
  });

  test('mean by \\s what Java means, and by (?s) that a dot is any character', () => {
    assert.equal(matchPattern('[\\s0-9]+', '1\u00a02', 25), false);
    assert.equal(matchPattern('a\\sb', 'a b', 25), true);
    assert.equal(matchPattern('[^\\s@]+', '\u00a0', 25), true);
    assert.equal(matchPattern('[\\s\\S]*', '\u00a0\n', 25), true);
    assert.equal(matchPattern('(?s).*', 'a\nb', 25), true);
    assert.equal(matchPattern('.*', 'a\nb', 25), false);
  });

  test('are not tried on a text so long that they could be slow', () => {
    const pattern = '(a+)+b';
    assert.equal(matchPattern(pattern, 'a'.repeat(100_000), undefined), false);
    assert.equal(matchPattern(pattern, 'a'.repeat(100_000), 16), true);
    assert.equal(matchPattern('[ab]+', `${'a'.repeat(100_000)}c`, 16), false);
  });
});
