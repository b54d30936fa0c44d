import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import { prepareCreateSession } from '../../../test/anywhere-signer.ts';
import { createTestAuthority, ecKeys, rsaKeys } from '../../../test/x509-writer.ts';
import {
  certificateAlgorithms,
  hashBody,
  parseSignature,
  SigV4Error,
  signWithCertificate,
  verifyCertificateSignature,
} from './index.ts';

const authority = createTestAuthority();
const at = Date.UTC(2026, 0, 2, 3, 4, 5);
const endpoint = 'http://rolesanywhere.us-east-1.localhost:4592';
const arns = { profileArn: 'p', roleArn: 'r&=+ /ö', trustAnchorArn: 't' };

describe('a signature with the key of a certificate', () => {
  for (const [kind, keys] of [
    ['RSA', rsaKeys()],
    ['EC', ecKeys()],
  ] as const) {
    const signer = authority.issue({ keys, serial: '00ff01' });

    test(`is believed when it was made as AWS documents it: ${kind}`, () => {
      const { target, headers, body } = prepareCreateSession({
        endpoint,
        signer,
        arns,
        at,
        chain: [authority],
      });
      const rawHeaders = Object.entries(headers).flat();
      const signature = parseSignature({ method: 'POST', target, rawHeaders }, certificateAlgorithms);
      assert.equal(signature.scope.accessKeyId, '65281');
      verifyCertificateSignature(signature, keys.publicKey, hashBody(Buffer.from(body)));
    });

    test(`is made as AWS documents it: ${kind}`, () => {
      const expected = prepareCreateSession({ endpoint, signer, arns, at, chain: [authority] });
      const signed = signWithCertificate(
        {
          method: 'POST',
          target: expected.target,
          rawHeaders: ['host', new URL(endpoint).host, 'content-type', 'application/json'],
          bodySha256: hashBody(Buffer.from(expected.body)),
        },
        {
          certificate: signer.der,
          serialNumber: '00ff01',
          chain: [authority.der],
          privateKey: keys.privateKey,
        },
        { region: 'us-east-1', service: 'rolesanywhere', now: at },
      );
      const headers = new Map(
        signed.flatMap((name, index) => (index % 2 === 0 ? [[name, signed[index + 1]]] : [])) as [
          string,
          string,
        ][],
      );
      for (const name of ['x-amz-date', 'x-amz-x509', 'x-amz-x509-chain']) {
        assert.equal(headers.get(name), expected.headers[name]);
      }
      const [head, hex = ''] = (headers.get('authorization') ?? '').split('Signature=');
      assert.equal(head, expected.headers.authorization?.split('Signature=')[0]);
      const stringToSign = [
        head?.split(' ')[0],
        '20260102T030405Z',
        '20260102/us-east-1/rolesanywhere/aws4_request',
        createHash('sha256').update(expected.canonical).digest('hex'),
      ].join('\n');
      assert.ok(verify('sha256', Buffer.from(stringToSign), keys.publicKey, Buffer.from(hex, 'hex')));
    });
  }

  test('is read only where its algorithm is named', () => {
    const signer = authority.issue();
    const { target, headers } = prepareCreateSession({ endpoint, signer, arns, at });
    assert.throws(
      () => parseSignature({ method: 'POST', target, rawHeaders: Object.entries(headers).flat() }),
      (error) =>
        error instanceof SigV4Error &&
        error.code === 'IncompleteSignature' &&
        error.message === "Unsupported AWS 'algorithm': 'AWS4-X509-ECDSA-SHA256'.",
    );
  });

  test('is of the body that the request says it has', () => {
    const keys = ecKeys();
    const signer = authority.issue({ keys });
    const { target, headers, body } = prepareCreateSession({ endpoint, signer, arns, at });
    const declared = { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const rawHeaders = Object.entries(declared).flat();
    const signature = parseSignature({ method: 'POST', target, rawHeaders }, certificateAlgorithms);
    assert.throws(
      () =>
        verifyCertificateSignature(signature, createPublicKey(keys.privateKey), hashBody(Buffer.from(body))),
      { code: 'SignatureDoesNotMatch' },
    );
  });
});
