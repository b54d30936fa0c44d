/**
 * XML signature wrapping, 1 to 9 (Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be", 2012), and CVE-2025-47949 (samlify): a
 * signature over one part of the document, and another part believed. Here there may be one assertion in the whole document, no id twice, and no
 * signature but those of the response and of that assertion, each over the very element that it stands in.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertionWrappings, only, partsOf, responseWrappings, withSignature } from '../saml-attacks.ts';
import { createSamlIssuer } from '../saml-issuer.ts';
import { redeem, refusal, signedResponse, unusable } from '../saml-redeem.ts';

const issuer = createSamlIssuer();
const signed = signedResponse(issuer);
const { assertion, signature, bare, evil, put } = partsOf(signed);
const oneAssertion = 'it must have exactly one assertion';
const misplaced = 'a signature is neither the response’s nor the assertion’s own';
const otherElement = 'its signature is over something else than the element it is in';

test('the document that is wrapped is taken as it is', () => {
  assert.equal(redeem(signed, issuer).subject, 'alice');
});

for (const { name, xml } of [
  ...assertionWrappings(signed),
  ...responseWrappings(signedResponse(issuer, {}, 'Response')),
]) {
  test(`${name} is refused`, () => {
    const isDoubled = name.startsWith('XSW9');
    assert.throws(() => redeem(xml, issuer), unusable(isDoubled ? 'an ID is there twice' : oneAssertion));
  });
}

test('CVE-2025-47949: an assertion of the attacker’s beside a response that is signed itself is refused', () => {
  const xml = signedResponse(issuer, {}, 'Response');
  const at = xml.lastIndexOf('</samlp:Response>');
  assert.throws(() => redeem(`${xml.slice(0, at)}${evil}${xml.slice(at)}`, issuer), unusable(oneAssertion));
});

test('a second assertion is found in whatever namespace and however deep', () => {
  for (const other of ['<x:Assertion xmlns:x="urn:x"/>', '<Assertion/>', '<saml:EncryptedAssertion/>']) {
    const xml = signed.replace(
      '<samlp:Status>',
      `<samlp:Status><samlp:StatusDetail>${other}</samlp:StatusDetail>`,
    );
    assert.throws(() => redeem(xml, issuer), unusable(oneAssertion), other);
  }
});

test('an assertion that is not directly in the response is refused', () => {
  const why = unusable('its assertion is not directly inside');
  assert.throws(() => redeem(put(`<samlp:Extensions>${assertion}</samlp:Extensions>`), issuer), why);
  assert.throws(() => redeem(put('<x:Assertion xmlns:x="urn:x"/>'), issuer), why);
});

test('a signature anywhere else is refused, though it be over the assertion', () => {
  for (const xml of [
    signed.replace(signature, '').replace('<saml:Subject>', () => `<saml:Subject>${signature}`),
    signed.replace(signature, '').replace('<samlp:Status>', () => `<samlp:Status>${signature}`),
    signed.replace('<samlp:Status>', () => `<samlp:Status>${signature}`),
    signed.replace('<samlp:Status>', '<samlp:Status><x:Signature xmlns:x="urn:x"/>'),
  ]) {
    assert.throws(() => redeem(xml, issuer), unusable(misplaced));
  }
});

test('the response’s own signature must be over the response, the assertion’s over the assertion', () => {
  const atResponse = withSignature(put(bare), signature);
  assert.throws(() => redeem(atResponse, issuer), unusable(otherElement));
  assert.throws(() => redeem(put(withSignature(evil, signature)), issuer), unusable(otherElement));
  const id = only(/URI="#[^"]*"/, signature).slice(6, -1);
  const renamed = evil.replace('_evil', id);
  assert.throws(
    () => redeem(put(withSignature(renamed, signature)), issuer),
    refusal('Response signature invalid'),
  );
});

test('without any signature nobody is spoken of', () => {
  assert.throws(() => redeem(put(bare), issuer), refusal('Response signature invalid'));
});

test('an element has one signature', () => {
  const twice = signed.replace(signature, () => signature + signature);
  assert.throws(() => redeem(twice, issuer), unusable('an element has more than one signature'));
});

test('of two signatures both must be right', () => {
  const both = signedResponse(issuer, {}, 'Assertion', 'Response');
  assert.equal(redeem(both, issuer).subject, 'alice');
  const other = createSamlIssuer();
  const mixed = other.sign(signedResponse(issuer), 'Response');
  assert.throws(() => redeem(mixed, issuer), refusal('Response signature invalid'));
  const inner = issuer.sign(signedResponse(other, { issuer: issuer.entityId }), 'Response');
  assert.throws(() => redeem(inner, issuer), refusal('Response signature invalid'));
});

test('a signature over the whole document by an empty URI, or by none, is refused', () => {
  for (const uri of ['URI=""', '', 'URI="#"', 'URI="#xpointer(/)"']) {
    const xml = signed.replace(/URI="#[^"]*"/, uri);
    assert.throws(() => redeem(xml, issuer), unusable(otherElement), uri);
  }
});
