import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { assertionWrappings, only } from '../../../../test/saml-attacks.ts';
import { encryptAssertion } from '../../../../test/saml-encrypt.ts';
import { createSamlIssuer } from '../../../../test/saml-issuer.ts';
import { redeem, refusal, signedResponse, unusable } from '../../../../test/saml-redeem.ts';

const issuer = createSamlIssuer();
const signed = signedResponse(issuer);
const key = pemOf(2048);
const publicKey = createPublicKey(key);
const decryptionKeys = [key];
const undecipherable = unusable(
  'its assertion cannot be decrypted, or what is in it is not signed by the provider',
);

function pemOf(bits: number): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

describe('an encrypted assertion', () => {
  for (const cipher of ['aes-128-cbc', 'aes-256-cbc', 'aes-128-gcm', 'aes-256-gcm'] as const) {
    test(`is read, encrypted with ${cipher}, its key inside or beside`, () => {
      for (const keyPlace of ['inside', 'beside'] as const) {
        const xml = encryptAssertion(signed, publicKey, { cipher, keyPlace });
        assert.equal(redeem(xml, issuer, { decryptionKeys }).subject, 'alice');
      }
    });
  }

  for (const hash of ['sha1', 'sha256', 'sha384', 'sha512'] as const) {
    test(`is read, its key encrypted with OAEP of ${hash}`, () => {
      const digest = {
        sha1: 'http://www.w3.org/2000/09/xmldsig#sha1',
        sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
        sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
        sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
      }[hash];
      const method = `<xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep"><ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="${digest}"/><m:MGF xmlns:m="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1${hash}"/></xenc:EncryptionMethod>`;
      const xml = encryptAssertion(signed, publicKey, { keyMethod: method, oaepHash: hash });
      assert.equal(redeem(xml, issuer, { decryptionKeys }).subject, 'alice');
    });
  }

  test('is read with whichever of the keys fits', () => {
    const xml = encryptAssertion(signed, publicKey);
    assert.equal(redeem(xml, issuer, { decryptionKeys: [pemOf(3072), key] }).subject, 'alice');
    assert.throws(() => redeem(xml, issuer, { decryptionKeys: [pemOf(2048)] }), undecipherable);
  });

  test('is read where the response alone is signed, and where both are', () => {
    const outer = issuer.sign(
      encryptAssertion(
        signedResponse(issuer, {}, 'Response').replace(/<Signature .*<\/Signature>/s, ''),
        publicKey,
      ),
      'Response',
    );
    assert.equal(redeem(outer, issuer, { decryptionKeys }).subject, 'alice');
    const both = issuer.sign(encryptAssertion(signed, publicKey), 'Response');
    assert.equal(redeem(both, issuer, { decryptionKeys }).subject, 'alice');
    const changed = outer.replace('status:Success', 'status:Success2');
    assert.throws(() => redeem(changed, issuer, { decryptionKeys }), refusal('Response signature invalid'));
  });

  test('needs a private key, and where encryption is required nothing else is taken', () => {
    assert.throws(
      () => redeem(encryptAssertion(signed, publicKey), issuer),
      unusable('its assertion is encrypted, and the provider has no private key'),
    );
    assert.throws(
      () => redeem(signed, issuer, { decryptionKeys, required: true }),
      unusable('its assertion must be encrypted'),
    );
    assert.equal(
      redeem(encryptAssertion(signed, publicKey), issuer, { decryptionKeys, required: true }).subject,
      'alice',
    );
  });

  test('that nobody has signed is refused in the words for one that cannot be decrypted', () => {
    const bare = signed.replace(/<Signature .*<\/Signature>/s, '');
    const other = signedResponse(createSamlIssuer());
    for (const [what, xml] of Object.entries({
      'without a signature': encryptAssertion(bare, publicKey),
      'with another’s signature': encryptAssertion(other, publicKey),
      'changed once signed': encryptAssertion(signed.replace('>alice<', '>admin<'), publicKey),
      'of something else': encryptAssertion(signed, publicKey, {}, '<a/>'),
      'of nothing': encryptAssertion(signed, publicKey, {}, ''),
      'of no XML': encryptAssertion(signed, publicKey, {}, 'alice'),
      'of no text': encryptAssertion(signed, publicKey, {
        cipher: 'aes-128-cbc',
        tamper: (bytes) => Buffer.concat([bytes.subarray(16), bytes.subarray(0, 32)]),
      }),
      'with bytes changed, in GCM': encryptAssertion(signed, publicKey, { tamper: flip }),
      'with bytes changed, in CBC': encryptAssertion(signed, publicKey, {
        cipher: 'aes-256-cbc',
        tamper: flip,
      }),
      'cut short': encryptAssertion(signed, publicKey, { tamper: (bytes) => bytes.subarray(0, 20) }),
      'with a wrong padding': encryptAssertion(signed, publicKey, {
        cipher: 'aes-128-cbc',
        tamper: (bytes) => bytes.subarray(0, -16),
      }),
      'with another key': encryptAssertion(signed, createPublicKey(pemOf(2048))),
    })) {
      assert.throws(() => redeem(xml, issuer, { decryptionKeys }), undecipherable, what);
    }
  });

  test('has no markup either that may be read in two ways, nor another assertion', () => {
    const assertion = only(/<saml:Assertion.*<\/saml:Assertion>/s, signed);
    for (const text of [
      `<!DOCTYPE a [<!ENTITY b "c">]>${assertion}`,
      `<!-- a -->${assertion}`,
      `<?a b?>${assertion}`,
      assertion.replace('>alice<', '>ali<!---->ce<'),
      `${assertion}${assertion}`,
      `<x>${assertion}</x>`,
    ]) {
      assert.throws(
        () => redeem(encryptAssertion(signed, publicKey, {}, text), issuer, { decryptionKeys }),
        undecipherable,
      );
    }
    for (const { name, xml } of assertionWrappings(signed)) {
      const inside = only(/<\/samlp:Status>(.*)<\/samlp:Response>/s, xml).slice(
        '</samlp:Status>'.length,
        -'</samlp:Response>'.length,
      );
      assert.throws(
        () => redeem(encryptAssertion(signed, publicKey, {}, inside), issuer, { decryptionKeys }),
        undecipherable,
        name,
      );
    }
  });

  test('that holds another is refused, though what it stands in be signed', () => {
    const advice = '<saml:Advice><saml:Assertion ID="_b"/></saml:Advice></saml:Assertion>';
    const bare = signed.replace(/<Signature .*<\/Signature>/s, '');
    const assertion = only(/<saml:Assertion.*<\/saml:Assertion>/s, bare);
    const held = assertion.replace('</saml:Assertion>', advice);
    const xml = (text: string): string =>
      issuer.sign(encryptAssertion(bare, publicKey, {}, text), 'Response');
    assert.equal(redeem(xml(assertion), issuer, { decryptionKeys }).subject, 'alice');
    assert.throws(() => redeem(xml(held), issuer, { decryptionKeys }), undecipherable);
  });

  test('beside a plain one is one too many', () => {
    const xml = encryptAssertion(signed, publicKey);
    const plain = only(/<saml:Assertion.*<\/saml:Assertion>/s, signed);
    for (const both of [
      xml.replace('<saml:EncryptedAssertion>', () => `${plain}<saml:EncryptedAssertion>`),
      xml.replace('</samlp:Response>', () => `${plain}</samlp:Response>`),
    ]) {
      assert.throws(
        () => redeem(both, issuer, { decryptionKeys }),
        unusable('it must have exactly one assertion'),
      );
    }
  });

  test('is encrypted with AES and RSA-OAEP, whose two hashes are one, and one key', () => {
    const aes = unusable('its assertion must be encrypted with AES of 128 or 256 bits, in CBC or GCM');
    for (const algorithm of [
      'http://www.w3.org/2001/04/xmlenc#tripledes-cbc',
      'http://www.w3.org/2001/04/xmlenc#aes192-cbc',
      'constructor',
    ]) {
      assert.throws(
        () => redeem(encryptAssertion(signed, publicKey, { algorithm }), issuer, { decryptionKeys }),
        aes,
      );
    }
    const oaep = unusable(
      'the key of its assertion must be encrypted with RSA-OAEP, with one hash for digest and mask',
    );
    const method = (name: string, inside = ''): string =>
      `<xenc:EncryptionMethod Algorithm="${name}">${inside}</xenc:EncryptionMethod>`;
    const sha256 =
      '<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>';
    for (const keyMethod of [
      method('http://www.w3.org/2001/04/xmlenc#rsa-1_5'),
      method('http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p', sha256),
      method('http://www.w3.org/2009/xmlenc11#rsa-oaep', sha256),
      method('http://www.w3.org/2009/xmlenc11#rsa-oaep', '<xenc:OAEPparams>AAAA</xenc:OAEPparams>'),
      method('http://www.w3.org/2009/xmlenc11#rsa-oaep', sha256.replace('sha256', 'md5')),
    ]) {
      assert.throws(
        () => redeem(encryptAssertion(signed, publicKey, { keyMethod }), issuer, { decryptionKeys }),
        oaep,
        keyMethod,
      );
    }
    const xml = encryptAssertion(signed, publicKey);
    const one = unusable('its assertion must be encrypted with one key');
    assert.throws(
      () =>
        redeem(xml.replace(/<xenc:EncryptedKey.*<\/xenc:EncryptedKey>/s, '$&$&'), issuer, { decryptionKeys }),
      one,
    );
    assert.throws(
      () => redeem(xml.replace(/<xenc:EncryptedKey.*<\/xenc:EncryptedKey>/s, ''), issuer, { decryptionKeys }),
      one,
    );
    assert.throws(
      () => redeem(xml.replaceAll('CipherValue', 'CipherReference'), issuer, { decryptionKeys }),
      unusable('there is no CipherValue in CipherData'),
    );
  });
});

/** Changes one bit in the middle. */
function flip(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  const middle = bytes.length >> 1;
  changed[middle] = (changed[middle] ?? 0) ^ 1;
  return changed;
}
