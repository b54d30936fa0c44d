/**
 * CVE-2025-25293 (ruby-saml) and CVE-2023-28119 (crewjam/saml): a small deflated response that is inflated without bound; and documents that
 * grow while they are read. A response here is never inflated, has no entities, and what it may nest and hold is bounded.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { createSamlIssuer } from '../saml-issuer.ts';
import { redeem, redeemText, refusal, signedResponse, unusable } from '../saml-redeem.ts';

const issuer = createSamlIssuer();
const signed = signedResponse(issuer);

describe('a deflated response', () => {
  for (const [name, deflate] of [
    ['deflated', deflateRawSync],
    ['with a zlib header', deflateSync],
    ['with a gzip header', gzipSync],
  ] as const) {
    test(`${name} is not inflated, though what is in it be signed`, () => {
      assert.throws(
        () => redeemText(deflate(signed).toString('base64'), issuer),
        unusable('it is not UTF-8'),
      );
    });

    test(`${name} is refused as it is, though it would be a hundred megabytes`, () => {
      const bomb = deflate(Buffer.alloc(100_000_000, ' ')).toString('base64');
      const before = process.memoryUsage().rss;
      assert.throws(
        () => redeemText(bomb, issuer),
        refusal('The SAML response cannot be used: it is not UTF-8.'),
      );
      assert.ok(process.memoryUsage().rss - before < 50_000_000);
    });
  }
});

describe('a document that grows', () => {
  const markup =
    'it has a document type, comment, processing instruction or CDATA section, none of which may be there';

  test('by entities of entities is refused before it is read', () => {
    const entities = Array.from(
      { length: 10 },
      (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`,
    );
    const laughs = `<!DOCTYPE r [<!ENTITY e0 "ha">${entities.join('')}]>`;
    assert.throws(() => redeem(laughs + signed.replace('>alice<', '>&e10;<'), issuer), unusable(markup));
  });

  test('by an entity that nobody declared is refused', () => {
    assert.throws(
      () => redeem(signed.replace('>alice<', '>&xxe;<'), issuer),
      unusable('it has a reference to no character'),
    );
  });

  test('in depth or in attributes is refused', () => {
    const deep = `${'<a>'.repeat(33)}${'</a>'.repeat(33)}`;
    assert.throws(
      () => redeem(signed.replace('<samlp:Status>', `<samlp:Status>${deep}`), issuer),
      unusable('it has too many levels'),
    );
    const wide = Array.from({ length: 65 }, (_, index) => `a${index}=""`).join(' ');
    assert.throws(
      () => redeem(signed.replace('<samlp:Status>', `<samlp:Status ${wide}>`), issuer),
      unusable('it has too many attributes'),
    );
  });

  test('keeps no prefixes that cost time, though the signature ask for them', () => {
    const prefixes = Array.from({ length: 64 }, (_, index) => `n${index}`).join(' ');
    const kept = `<InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${prefixes}"/>`;
    const transform = /(<Transform Algorithm="http:\/\/www\.w3\.org\/2001\/10\/xml-exc-c14n#")\/>/;
    const many = '<b/>'.repeat(17_000);
    const deep = `${'<a>'.repeat(25)}${many}${'</a>'.repeat(25)}`;
    const xml = signed
      .replace('<saml:Subject>', () => `<saml:Advice>${deep}</saml:Advice><saml:Subject>`)
      .replace(transform, `$1>${kept}</Transform>`);
    const start = performance.now();
    assert.throws(() => redeem(xml, issuer), refusal('Response signature invalid'));
    assert.ok(performance.now() - start < 2000);
    const more = xml.replace(prefixes, `${prefixes} n64`);
    assert.throws(() => redeem(more, issuer), unusable('its signature keeps too many prefixes'));
  });

  test('takes no more time than its length: what is quadratic takes minutes', () => {
    const declared = Array.from({ length: 60 }, (_, index) => `xmlns:n${index}="urn:${index}"`).join(' ');
    const level = (inside: string, depth: number): string =>
      depth === 0 ? inside : `<a ${declared}>${level(inside, depth - 1)}</a>`;
    for (const inside of [
      level('<n1:b n2:c=""/>'.repeat(2500), 25),
      '<b/>'.repeat(18_000),
      '&amp;'.repeat(15_000),
      `<b c="${'&#9;'.repeat(18_000)}"/>`,
      ' '.repeat(74_000),
      '<x:Signature xmlns:x="urn:x"/>'.repeat(2400),
    ]) {
      const xml = signed.replace(
        '<saml:Subject>',
        () => `<saml:Advice>${inside}</saml:Advice><saml:Subject>`,
      );
      const start = performance.now();
      assert.throws(() => redeem(xml, issuer));
      assert.ok(performance.now() - start < 2000);
    }
  });
});
