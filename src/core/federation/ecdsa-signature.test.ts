import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { derOfSignature } from './ecdsa-signature.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const halves = (r: string, s: string) => Buffer.from(r + s, 'hex');

test('numbers take as many bytes as they need, and one more where the first would look negative', () => {
  assert.equal(hex(derOfSignature(halves('01', '02'))), '3006020101020102');
  assert.equal(hex(derOfSignature(halves('7fff', '80ff'))), '300902027fff02030080ff');
  assert.equal(hex(derOfSignature(halves('0001', '00ff'))), '3007020101020200ff');
  assert.equal(hex(derOfSignature(halves('0000', '0000'))), '3006020100020100');
  assert.equal(hex(derOfSignature(new Uint8Array())), '3006020100020100');
  const long = derOfSignature(Buffer.alloc(132, 0xff));
  assert.equal(long.length, 141);
  assert.equal(hex(long.subarray(0, 7)), '30818a024300ff');
});

test('what Node signs in one form it verifies in the other', () => {
  const data = Buffer.from('header.payload');
  for (const [namedCurve, hash] of [
    ['P-256', 'sha256'],
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
  ] as const) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
    // Enough that some r or s begins with a zero byte.
    for (let round = 0; round < 300; round++) {
      const plain = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      assert.ok(verify(hash, data, publicKey, derOfSignature(plain)), hex(plain));
    }
  }
});
