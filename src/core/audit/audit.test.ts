import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AuditChainError,
  type AuditEvent,
  chainLine,
  chainStart,
  formatRecordTime,
  isHiddenMember,
  isSecretMember,
  limitField,
  parseAuditLine,
  readChain,
  recordName,
  toCloudTrailEvent,
  unknownOutcome,
  verifyLine,
} from './index.ts';

describe('the form of records', () => {
  test('writes names in lowerCamelCase as CloudTrail does', () => {
    assert.deepEqual(['RoleArn', 'SAMLAssertionID', 'arn'].map(recordName), [
      'roleArn',
      'sAMLAssertionID',
      'arn',
    ]);
  });

  test('writes instants as CloudTrail does, in UTC', () => {
    assert.equal(formatRecordTime(Date.UTC(2023, 6, 18, 16, 7, 39)), 'Jul 18, 2023, 4:07:39 PM');
    assert.equal(formatRecordTime(Date.UTC(2026, 0, 2, 0, 0, 5)), 'Jan 2, 2026, 12:00:05 AM');
    assert.equal(formatRecordTime(Date.UTC(2026, 11, 31, 12, 30, 0)), 'Dec 31, 2026, 12:30:00 PM');
  });

  test('knows every secret an operation takes or gives, in any case', () => {
    const secrets = [
      ...[
        'Password',
        'NewPassword',
        'OldPassword',
        'TokenCode',
        'AddPrivateKey',
        'AuthenticationCode1',
        'AuthenticationCode2',
      ],
      ...[
        'WebIdentityToken',
        'SAMLAssertion',
        'PrivateKey',
        'SecretAccessKey',
        'Base32StringSeed',
        'QRCodePNG',
      ],
      ...['SigningKey', 'ServicePassword', 'ServiceCredentialSecret', 'tradeInToken'],
    ];
    assert.deepEqual(
      secrets.filter((name) => !isSecretMember(name)),
      [],
    );
    assert.equal(isSecretMember('AccessKeyId'), false);
    assert.equal(isHiddenMember('SessionToken'), true);
  });

  test('leaves out a field of more than 100 KB, with its size', () => {
    const fits = { policy: 'x'.repeat(102_386) };
    assert.equal(limitField(fits), fits);
    assert.deepEqual(limitField({ policy: 'x'.repeat(102_388) }), { omitted: true, originalSize: 102_401 });
  });
});

const event: AuditEvent = {
  phase: 'outcome',
  eventVersion: '1.08',
  userIdentity: { type: 'Root' },
  eventTime: '2026-01-02T03:04:05Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'DeleteUser',
  awsRegion: 'us-east-1',
  sourceIPAddress: '127.0.0.1',
  userAgent: 'test',
  requestParameters: null,
  responseElements: null,
  requestID: 'r',
  eventID: 'e',
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
};

describe('what an account sees of the log', () => {
  const { phase: _phase, ...shown } = event;

  test('is every outcome of its own, without how the log keeps it', () => {
    const { line } = chainLine(event, chainStart);
    assert.deepEqual(toCloudTrailEvent(parseAuditLine(line)), shown);
  });

  test('is no intent, no note, and nothing that is nobody’s', () => {
    const { recipientAccountId: _account, ...nobodys } = event;
    assert.equal(toCloudTrailEvent({ ...event, phase: 'intent' }), undefined);
    assert.equal(toCloudTrailEvent(nobodys), undefined);
    assert.equal(
      toCloudTrailEvent(parseAuditLine('{"phase":"note","note":"n","recipientAccountId":"1"}')),
      undefined,
    );
    assert.equal(toCloudTrailEvent(parseAuditLine('{')), undefined);
    assert.equal(parseAuditLine('{"phase":"other"}'), undefined);
  });

  test('says of a request whose process died that nobody knows how it ended', () => {
    const outcome = unknownOutcome({ ...event, phase: 'intent', additionalEventData: { traceId: 't' } });
    assert.deepEqual(toCloudTrailEvent(outcome), {
      ...shown,
      errorCode: 'InternalFailure',
      errorMessage:
        'The process ended before the outcome was recorded; what was asked for may have been done.',
      additionalEventData: { traceId: 't', outcome: 'unknown' },
    });
  });
});

describe('the chain of records', () => {
  const first = chainLine({ eventName: 'One' }, chainStart);
  const second = chainLine({ eventName: 'Two' }, first.next);

  test('numbers the records and carries the digest of the line before', () => {
    assert.deepEqual(JSON.parse(first.line), { eventName: 'One', chain: chainStart });
    assert.equal(first.next.sequence, 1);
    assert.match(first.next.previous, /^[0-9a-f]{64}$/);
    assert.deepEqual(verifyLine(second.line, verifyLine(first.line, chainStart)), second.next);
  });

  test('can be joined in its middle', () => {
    assert.deepEqual(verifyLine(second.line), second.next);
  });

  test('says how far back the oldest intent without an outcome is', () => {
    const { line } = chainLine({ eventName: 'One' }, chainStart, 7);
    assert.deepEqual(readChain(line), { ...chainStart, unfinished: 7 });
    assert.deepEqual(readChain(first.line), chainStart);
  });

  test('an event cannot bring a position of its own', () => {
    assert.deepEqual(chainLine({ eventName: 'One', chain: 'forged' }, chainStart).line, first.line);
  });

  const broken: Record<string, [line: string, at: typeof chainStart, message: string]> = {
    'another number': [second.line, chainStart, 'record 1 stands where record 0 should'],
    'another digest': [
      second.line,
      { ...first.next, previous: '1'.repeat(64) },
      'record 1 does not follow from the record before it',
    ],
    'text that is not JSON': ['{', chainStart, 'not a record of a chain'],
    'a record without a chain': ['{"eventName":"One"}', chainStart, 'not a record of a chain'],
    'a chain of the wrong type': [
      '{"chain":{"sequence":"0","previous":""}}',
      chainStart,
      'not a record of a chain',
    ],
  };
  for (const [name, [line, at, message]] of Object.entries(broken)) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => verifyLine(line, at),
        (error) =>
          error instanceof AuditChainError && error.code === 'ChainBroken' && error.message === message,
      );
    });
  }
});
