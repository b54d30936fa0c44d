import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { verifySignedMessage } from '../../../test/verify-signed-message.ts';
import { base64Lines, selfSignedCertificate, signedMessage } from './signed-message.ts';

const [own, other] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
assert.ok(own !== undefined && other !== undefined);
const text = '{\n  "instanceId" : "i-0123456789abcdef0"\n}';
const at = Date.UTC(2026, 10, 24, 12, 0, 0);

describe('the certificate of a key', () => {
  it('is by its own hand, the same each time, and another one of another key', () => {
    const der = selfSignedCertificate(own);
    const certificate = new X509Certificate(der);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.ok(certificate.publicKey.equals(createPublicKey(own)));
    assert.equal(certificate.subject, 'CN=Brevet instance identity');
    assert.equal(certificate.issuer, certificate.subject);
    assert.equal(certificate.validFrom, 'Jan  1 00:00:00 2026 GMT');
    assert.equal(certificate.validTo, 'Dec 31 23:59:59 9999 GMT');
    assert.deepEqual(selfSignedCertificate(own), der);
    assert.notEqual(new X509Certificate(selfSignedCertificate(other)).serialNumber, certificate.serialNumber);
  });
});

describe('a signed message', () => {
  it('holds the text and is verified by the certificate of its key', async () => {
    const message = signedMessage(text, at, own);
    assert.equal(await verifySignedMessage(message, selfSignedCertificate(own)), text);
  });

  it('is verified by no other certificate, and not with its text or signature changed', async () => {
    const message = signedMessage(text, at, own);
    await assert.rejects(verifySignedMessage(message, selfSignedCertificate(other)));
    const changedText = Buffer.from(message);
    changedText.write('j', changedText.indexOf('i-0123456789abcdef0'));
    await assert.rejects(verifySignedMessage(changedText, selfSignedCertificate(own)));
    const changedSignature = Buffer.from(message);
    changedSignature[message.length - 1] = (message.at(-1) ?? 0) ^ 1;
    await assert.rejects(verifySignedMessage(changedSignature, selfSignedCertificate(own)));
  });

  it('is shown in lines of 64 characters', () => {
    const lines = base64Lines(Buffer.alloc(100, 'a')).split('\n');
    assert.deepEqual(
      lines.map(({ length }) => length),
      [64, 64, 8],
    );
    assert.deepEqual(Buffer.from(lines.join('\n'), 'base64'), Buffer.alloc(100, 'a'));
  });
});
