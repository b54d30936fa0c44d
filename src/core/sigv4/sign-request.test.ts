import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { hashBody, parseSignature, type SigningCredentials, signRequest, verifySignature } from './index.ts';

const now = Date.UTC(2026, 10, 24, 12, 30, 45);
const credentials: SigningCredentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI',
};

describe('signRequest', () => {
  test('signs as an independent signer does, in any service and Region', async () => {
    const value = fc.string({ unit: fc.constantFrom(...'abz09-_.~ /+=&é*') });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('a', 'b', 'prefix', 'X'), value),
        fc.constantFrom('sts', 's3'),
        fc.constantFrom('us-east-1', 'eu-west-2'),
        fc.string({ maxLength: 20 }),
        fc.option(fc.constantFrom('token', 'a+b/c='), { nil: undefined }),
        async (query, service, region, body, sessionToken) => {
          const given = sessionToken === undefined ? credentials : { ...credentials, sessionToken };
          const signer = new SignatureV4({
            credentials: given,
            region,
            service,
            sha256: Sha256,
            uriEscapePath: service !== 's3',
            applyChecksum: service === 's3',
          });
          const expected = await signer.sign(
            new HttpRequest({
              method: 'PUT',
              hostname: 'example.com',
              path: '/a%20b/c',
              headers: { host: 'example.com', 'content-type': 'text/plain' },
              query,
              body,
            }),
            { signingDate: new Date(now) },
          );
          const search = Object.entries(query)
            .map(([name, item]) => `${encodeURIComponent(name)}=${encodeURIComponent(item)}`)
            .join('&');
          const signed = signRequest(
            {
              method: 'PUT',
              target: search === '' ? '/a%20b/c' : `/a%20b/c?${search}`,
              rawHeaders: ['host', 'example.com', 'content-type', 'text/plain'],
              bodySha256: hashBody(Buffer.from(body)),
            },
            { credentials: given, region, service, now, uriEncoding: service === 's3' ? 'once' : 'twice' },
          );
          assert.equal(signed.rawHeaders.at(-1), expected.headers.authorization);
        },
      ),
    );
  });

  test('is accepted by the verifier, and its key is the one that the verifier derives', () => {
    const request = { method: 'POST', target: '/?a=b', rawHeaders: ['Host', 'example.com'] };
    const bodySha256 = hashBody(Buffer.from('body'));
    const { rawHeaders, signingKey } = signRequest(
      { ...request, bodySha256 },
      { credentials, region: 'us-east-1', service: 'sts', now },
    );
    const parsed = parseSignature({ ...request, rawHeaders });
    assert.equal(parsed.instant, now);
    assert.doesNotThrow(() => verifySignature(parsed, signingKey, bodySha256));
    assert.throws(() => verifySignature(parsed, signingKey, hashBody(Buffer.from('other'))), {
      code: 'SignatureDoesNotMatch',
    });
  });

  const options = { credentials, region: 'us-east-1', service: 'sts', now };
  const unsigned = {
    method: 'GET',
    rawHeaders: ['Host', 'example.com'],
    bodySha256: hashBody(Buffer.alloc(0)),
  };

  test('signs a parameter that is called as a signature is', () => {
    const target = '/?X-Amz-Signature=a';
    const { rawHeaders, signingKey } = signRequest({ ...unsigned, target }, options);
    const verify = (changed: string): void =>
      verifySignature(
        parseSignature({ method: 'GET', target: changed, rawHeaders }),
        signingKey,
        unsigned.bodySha256,
      );
    verify(target);
    for (const changed of ['/', '/?X-Amz-Signature=b'])
      assert.throws(() => verify(changed), { code: 'SignatureDoesNotMatch' }, changed);
  });

  test('signs no target that cannot be decoded', () => {
    for (const target of ['/?a=%', '/?a=%FF', '/\ud800'])
      assert.throws(
        () => signRequest({ ...unsigned, target }, options),
        new RangeError('the target cannot be decoded, so nothing can be signed'),
      );
  });
});
