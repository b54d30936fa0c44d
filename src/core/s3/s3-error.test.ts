import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeS3Error, S3RequestError, s3ErrorMessage, s3ErrorStatus, signatureDetails } from './index.ts';

test('an error is written as S3 writes it', () => {
  assert.equal(
    encodeS3Error({
      code: 'NoSuchKey',
      message: 'The specified key does not exist.',
      details: { Key: 'a<b' },
      resource: '/photos/a<b',
      requestId: '4442587FB7D0A2F9',
      hostId: 'host',
    }),
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a&lt;b</Key><Resource>/photos/a&lt;b</Resource><RequestId>4442587FB7D0A2F9</RequestId><HostId>host</HostId></Error>',
  );
});

test('an error without resource or details has neither', () => {
  assert.equal(
    encodeS3Error({ code: 'AccessDenied', message: 'Access Denied', requestId: 'r', hostId: 'h' }),
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>r</RequestId><HostId>h</HostId></Error>',
  );
});

test('a wrong signature is shown with the bytes of what was signed', () => {
  assert.deepEqual(
    signatureDetails({
      accessKeyId: 'AKIA',
      stringToSign: 'AWS4\nä',
      signatureProvided: 'ff',
      canonicalRequest: 'GET',
    }),
    {
      AWSAccessKeyId: 'AKIA',
      StringToSign: 'AWS4\nä',
      SignatureProvided: 'ff',
      StringToSignBytes: '41 57 53 34 0a c3 a4',
      CanonicalRequest: 'GET',
      CanonicalRequestBytes: '47 45 54',
    },
  );
});

test('codes have the status and text of S3', () => {
  const known = {
    AccessDenied: [403, 'Access Denied'],
    ExpiredToken: [400, 'The provided token has expired.'],
    InvalidAccessKeyId: [403, 'The AWS Access Key Id you provided does not exist in our records.'],
    InvalidRange: [416, 'The requested range is not satisfiable'],
    MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
    MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
    NoSuchBucket: [404, 'The specified bucket does not exist'],
    NotImplemented: [501, 'A header you provided implies functionality that is not implemented'],
    RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large.'],
    SignatureDoesNotMatch: [
      403,
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ],
    XAmzContentSHA256Mismatch: [
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ],
  } as const;
  for (const [code, [status, message]] of Object.entries(known)) {
    const name = code as keyof typeof known;
    assert.equal(s3ErrorStatus(name), status, code);
    assert.equal(s3ErrorMessage(name), message, code);
    const error = new S3RequestError(name);
    assert.deepEqual([error.status, error.message, error.details], [status, message, {}], code);
  }
});
