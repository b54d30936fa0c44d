import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AuditChainError, chainLine, chainStart, hidden, redactParameters, verifyLine } from './index.ts';

describe('redactParameters', () => {
  test('writes members in lowerCamelCase, at every depth', () => {
    assert.deepEqual(
      redactParameters({ RoleArn: 'a', Tags: [{ Key: 'k', Value: 'v' }], MaxItems: 5, IsTruncated: false }),
      { roleArn: 'a', tags: [{ key: 'k', value: 'v' }], maxItems: 5, isTruncated: false },
    );
  });

  test('hides every secret an operation takes or gives', () => {
    const secrets = {
      Password: 'p',
      NewPassword: 'p',
      OldPassword: 'p',
      TokenCode: '123456',
      AuthenticationCode1: '123456',
      AuthenticationCode2: '123456',
      WebIdentityToken: 't',
      SAMLAssertion: 'a',
      PrivateKey: 'k',
      Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't' },
      AccessKey: { AccessKeyId: 'AKIA', SecretAccessKey: 's' },
      VirtualMFADevice: { Base32StringSeed: Buffer.from('seed'), QRCodePNG: Buffer.from('png') },
    };
    assert.deepEqual(redactParameters(secrets), {
      password: hidden,
      newPassword: hidden,
      oldPassword: hidden,
      tokenCode: hidden,
      authenticationCode1: hidden,
      authenticationCode2: hidden,
      webIdentityToken: hidden,
      sAMLAssertion: hidden,
      privateKey: hidden,
      credentials: { accessKeyId: 'ASIA', secretAccessKey: hidden, sessionToken: hidden },
      accessKey: { accessKeyId: 'AKIA', secretAccessKey: hidden },
      virtualMFADevice: { base32StringSeed: hidden, qRCodePNG: hidden },
    });
  });

  test('leaves out what is undefined, hides bytes, and keeps null', () => {
    assert.deepEqual(redactParameters({ A: undefined, B: null, C: new Uint8Array(3) }), {
      b: null,
      c: hidden,
    });
    assert.equal(redactParameters(undefined), null);
  });

  test('keeps a parameter called __proto__ as a member of its own', () => {
    const redacted = redactParameters(JSON.parse('{"__proto__":{"admin":true}}'));
    assert.deepEqual(Object.keys(redacted as object), ['__proto__']);
    assert.equal((redacted as { admin?: boolean }).admin, undefined);
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
