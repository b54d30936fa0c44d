/**
 * One document, two readings: what is verified is not what is believed. Named here by the advisories; against all of them stand one strict reading, one
 * shape of signature, and that whatever is believed is read from the text that was signed.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { partsOf, textTricks, withSignature } from '../saml-attacks.ts';
import { createSamlIssuer, samlAttributes } from '../saml-issuer.ts';
import { redeem, refusal, signedResponse, unusable } from '../saml-redeem.ts';

const issuer = createSamlIssuer();
const signed = signedResponse(issuer);
const { signature, bare, evil, put } = partsOf(signed);
const markup =
  'it has a document type, comment, processing instruction or CDATA section, none of which may be there';
const shape = unusable('its signature is not of the form that SAML has');
const wrong = refusal('Response signature invalid');
/** What a careless reader would take for the digest of the attacker's assertion. */
const forgedDigest = createHash('sha256').update(evil).digest('base64');

describe('CVE-2025-29774, xml-crypto: two SignedInfo, of which one is verified and the other believed', () => {
  const info = /<SignedInfo>.*<\/SignedInfo>/s.exec(signature)?.[0] ?? '';
  const forged = info.replace(/<DigestValue>[^<]*/, `<DigestValue>${forgedDigest}`);
  for (const [name, both] of [
    ['before', forged + info],
    ['behind', info + forged],
    ['within', info.replace('</SignedInfo>', `${forged}</SignedInfo>`)],
  ] as const) {
    test(`a second one ${name} the first is refused`, () => {
      const xml = put(
        withSignature(
          evil,
          signature.replace(info, () => both),
        ),
      );
      assert.throws(
        () => redeem(xml.replace('_evil', idOf(bare)), issuer),
        name === 'within' ? unusable('its signature must have one reference') : shape,
      );
    });
  }

  test('so are two references, two values and two digests', () => {
    const again = (pattern: RegExp): string =>
      signed.replace(
        pattern,
        (found) => found + found.replace(/<DigestValue>[^<]*/, `<DigestValue>${forgedDigest}`),
      );
    assert.throws(
      () => redeem(again(/<Reference .*<\/Reference>/s), issuer),
      unusable('its signature must have one reference'),
    );
    assert.throws(() => redeem(again(/<SignatureValue>.*<\/SignatureValue>/s), issuer), shape);
    assert.throws(
      () => redeem(again(/<DigestValue>.*<\/DigestValue>/s), issuer),
      unusable('its signature must have one reference with transforms, a digest and nothing else'),
    );
  });
});

describe('CVE-2025-29775, xml-crypto: a DigestValue with a comment', () => {
  test('is refused, and so is one with anything else but text', () => {
    const xml = signed.replace('<DigestValue>', `<DigestValue><!--${forgedDigest}-->`);
    assert.throws(() => redeem(xml, issuer), unusable(markup));
    const nested = signed.replace('<DigestValue>', `<DigestValue><x>${forgedDigest}</x>`);
    assert.throws(() => redeem(nested, issuer), unusable('there are elements in DigestValue'));
  });
});

describe('CVE-2024-45409, ruby-saml: a digest that stands somewhere else in the document', () => {
  test('is not the digest that counts', () => {
    const smuggled = `<ds:Reference xmlns:ds="http://www.w3.org/2000/09/xmldsig#" URI="#${idOf(bare)}"><ds:DigestValue>${forgedDigest}</ds:DigestValue></ds:Reference>`;
    const changed = put(withSignature(evil.replace('_evil', idOf(bare)), signature));
    const xml = changed.replace(
      '<samlp:Status>',
      `<samlp:Status><samlp:StatusDetail>${smuggled}</samlp:StatusDetail>`,
    );
    assert.throws(() => redeem(xml, issuer), wrong);
    assert.equal(
      redeem(
        signed.replace(
          '<samlp:Status>',
          `<samlp:Status><samlp:StatusDetail>${smuggled}</samlp:StatusDetail>`,
        ),
        issuer,
      ).subject,
      'alice',
    );
  });
});

describe('CVE-2025-25291, ruby-saml: a document type that two parsers read differently', () => {
  for (const doctype of [
    '<!DOCTYPE samlp:Response>',
    '<!DOCTYPE r [<!ENTITY who "admin">]>',
    '<!DOCTYPE r SYSTEM "file:///etc/passwd">',
    '<!doctype r>',
    '<?xml version="1.0"?><!DOCTYPE r [<!ATTLIST samlp:Response ID ID #IMPLIED>]>',
  ]) {
    test(`${doctype} is refused before anything is read`, () => {
      assert.throws(() => redeem(doctype + signed, issuer), unusable(markup));
      // What follows is not even XML: the refusal came before it was looked at.
      assert.throws(() => redeem(`${doctype}<a`, issuer), unusable(markup));
    });
  }
});

describe('CVE-2025-25292 and CVE-2025-66567, ruby-saml: namespaces that two parsers read differently', () => {
  test('a signature of another namespace is none, and may not be there', () => {
    const other = 'urn:not-a-signature';
    const foreign = signed.replace('xmlns="http://www.w3.org/2000/09/xmldsig#"', `xmlns="${other}"`);
    assert.throws(() => redeem(foreign, issuer), unusable('a signature is of another namespace'));
    const beside = signed.replace('<Signature ', `<x:Signature xmlns:x="${other}"/><Signature `);
    assert.throws(() => redeem(beside, issuer), unusable('an element has more than one signature'));
  });

  test('an assertion of another namespace is none', () => {
    const foreign = signed.replaceAll(
      'urn:oasis:names:tc:SAML:2.0:assertion',
      'urn:oasis:names:tc:SAML:1.0:assertion',
    );
    assert.throws(() => redeem(foreign, issuer), unusable('its assertion is not directly inside'));
  });

  test('an attribute with a prefix is not the one without', () => {
    const id = idOf(bare);
    const prefixed = signed.replace(` ID="${id}"`, ` ID="_evil" saml:ID="${id}"`);
    assert.throws(
      () => redeem(prefixed, issuer),
      unusable('its signature is over something else than the element it is in'),
    );
    const doubled = signed.replace(` ID="${id}"`, ` ID="${id}" saml:ID="${id}"`);
    assert.throws(() => redeem(doubled, issuer), unusable('an ID is there twice'));
  });

  test('declarations that stand twice, take back a prefix or take one of XML’s own are refused', () => {
    const declare = (declaration: string): string =>
      signed.replace('<saml:Assertion ', `<saml:Assertion ${declaration} `);
    const twice = unusable('it has an attribute that is there twice');
    assert.throws(() => redeem(declare('xmlns:saml="urn:x"'), issuer), twice);
    assert.throws(() => redeem(declare('xmlns:y="urn:x" xmlns:z="urn:x" y:a="1" z:a="2"'), issuer), twice);
    for (const declaration of ['xmlns:xml="urn:x"', 'xmlns:xmlns="urn:x"']) {
      assert.throws(
        () => redeem(declare(declaration), issuer),
        unusable('it has a prefix that is XML’s own'),
      );
    }
    assert.throws(
      () => redeem(declare('xmlns:y=""'), issuer),
      unusable('it has a namespace that is no absolute URI'),
    );
    assert.throws(() => redeem(declare('q:a="1"'), issuer), unusable('it has a prefix that is not declared'));
  });
});

describe('CVE-2025-66568, ruby-saml: what has no canonical form is taken for empty', () => {
  test('a relative namespace is refused wherever it is', () => {
    for (const place of ['<samlp:Response ', '<saml:Assertion ', '<Signature ', '<saml:Subject']) {
      for (const uri of ['1', 'relative', '../x', '//x', '#x']) {
        const xml = signed.replace(place, () => `${place.trimEnd()} xmlns:r="${uri}" `);
        assert.throws(() => redeem(xml, issuer), unusable('it has a namespace that is no absolute URI'), uri);
      }
    }
  });

  test('a digest of nothing is not the digest of an assertion', () => {
    const empty = createHash('sha256').update('').digest('base64');
    const xml = signed.replace(/<DigestValue>[^<]*/, `<DigestValue>${empty}`);
    assert.throws(() => redeem(xml, issuer), wrong);
  });
});

describe('CVE-2025-54369 and CVE-2025-54419, node-saml: the assertion is read from what was not signed', () => {
  for (const [name, trick] of Object.entries(textTricks)) {
    test(`${name} in a text that is signed is refused, although the canonical form has none`, () => {
      for (const place of ['>ali|ce<', '>|alice<', '>alice|<', '>arn:aws:iam::|111122223333']) {
        const [before = '', behind = ''] = place.split('|');
        const xml = signed.replace(before + behind, before + trick + behind);
        assert.notEqual(xml, signed);
        assert.throws(() => redeem(xml, issuer), unusable(markup));
      }
    });
  }

  test('nothing of a response that is not signed itself says who somebody is', () => {
    const subject = '<saml:Subject><saml:NameID>admin</saml:NameID></saml:Subject>';
    const attributes = `<saml:AttributeStatement><saml:Attribute Name="${samlAttributes}/SourceIdentity"><saml:AttributeValue>admin</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`;
    const expected = redeem(signed, issuer);
    for (const more of [subject, attributes]) {
      assert.deepEqual(redeem(signed.replace('<samlp:Status>', `${more}<samlp:Status>`), issuer), expected);
    }
  });

  test('a character of what was signed that is changed, taken away or spelled otherwise does not pass for it', () => {
    assert.throws(() => redeem(signed.replace('>alice<', '>lice<'), issuer), wrong);
    assert.throws(() => redeem(signed.replace('>alice<', '>alice </'.slice(0, -1)), issuer), wrong);
    // A reference is the very character: another spelling of the same text, and the same person.
    assert.equal(redeem(signed.replace('>alice<', '>&#97;lice<'), issuer).subject, 'alice');
  });
});

function idOf(assertion: string): string {
  return / ID="([^"]*)"/.exec(assertion)?.[1] ?? '';
}
