import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseDocument } from '#core/xml';
import {
  createSamlIssuer,
  instant,
  persistent,
  samlAttributes,
  signInUrl,
} from '../../../../test/saml-issuer.ts';
import {
  now,
  ownUrl,
  provider,
  providerUuid,
  redeem,
  refusal,
  role,
  signedResponse,
  unusable,
} from '../../../../test/saml-redeem.ts';
import { attributeOf, childrenOf } from './elements.ts';
import { assertionNamespace, signatureNamespace } from './names.ts';
import { verifySignature } from './signature.ts';

const issuer = createSamlIssuer();

/** A signed response whose assertion was changed before it was signed. */
function edited(pattern: string | RegExp, replacement: string): string {
  return signedResponse(issuer, {
    edit: (assertion) => {
      const changed = assertion.replace(pattern, replacement);
      assert.notEqual(changed, assertion);
      return changed;
    },
  });
}

function expired(at: number, end: number): ReturnType<typeof refusal> {
  return refusal(
    `Token expired: current date/time ${Math.floor(at / 1000)} must be before the expiration date/time ${Math.floor(end / 1000)}`,
    'ExpiredTokenException',
  );
}

describe('who issued an assertion, and to whom', () => {
  test('the issuer is the provider, letter by letter', () => {
    const other = refusal('Issuer not present in specified provider');
    for (const name of [`${issuer.entityId}/`, issuer.entityId.toUpperCase(), ` ${issuer.entityId}`, '']) {
      assert.throws(() => redeem(signedResponse(issuer, { issuer: name }), issuer), other);
    }
    const absent = signedResponse(
      issuer,
      {
        edit: (assertion) => assertion.replace(/<saml:Issuer>[^<]*<\/saml:Issuer>/, ''),
      },
      'Response',
    );
    assert.throws(() => redeem(absent, issuer), other);
  });

  test('a signed response’s issuer is as well, where there is one', () => {
    const named = (text: string): string =>
      issuer.sign(
        signedResponse(issuer).replace(/<saml:Issuer>[^<]*<\/saml:Issuer>(?=<samlp:Status>)/, text),
        'Response',
      );
    assert.throws(
      () => redeem(named('<saml:Issuer>https://other.example.com</saml:Issuer>'), issuer),
      refusal('Issuer not present in specified provider'),
    );
  });

  test('every restriction of the audience names this service', () => {
    const missing = refusal('Response does not contain the required audience.');
    for (const audience of [
      'urn:amazon:webservices:',
      'URN:amazon:webservices',
      'https://signin.aws.amazon.com/saml/',
      'https://signin.aws.amazon.com.evil.example/saml',
      'https://evil.signin.aws.amazon.com/saml',
      'http://signin.aws.amazon.com/saml',
      `${signInUrl}#x`,
      `${ownUrl}`,
      '',
    ]) {
      assert.throws(() => redeem(signedResponse(issuer, { audience }), issuer), missing, audience);
    }
    const one = '<saml:Audience>urn:amazon:webservices</saml:Audience>';
    const other = '<saml:Audience>urn:other</saml:Audience>';
    assert.equal(redeem(edited(one, other + one), issuer).subject, 'alice');
    const restriction = `<saml:AudienceRestriction>${other}</saml:AudienceRestriction></saml:Conditions>`;
    assert.throws(() => redeem(edited('</saml:Conditions>', restriction), issuer), missing);
    assert.throws(
      () => redeem(edited(/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, ''), issuer),
      missing,
    );
  });

  test('the Recipient, and the Destination where there is one, are this service’s', () => {
    for (const recipient of [
      `${ownUrl}/saml`,
      `${ownUrl}/saml/acs/${providerUuid}`,
      `${signInUrl}/acs/${providerUuid}`,
      `https://ap-southeast-2.signin.aws.amazon.com/saml/acs/${providerUuid}`,
    ]) {
      const identity = redeem(signedResponse(issuer, { recipient }), issuer);
      assert.equal(identity.audience, recipient);
      assert.equal(identity.trustKeys['saml:aud'], recipient);
    }
    for (const recipient of [
      `${signInUrl}/acs/SAMLSPOTHEROTHEROTHER`,
      `${ownUrl}/saml/acs/SAMLSPOTHEROTHEROTHER`,
      `${ownUrl}/saml#1`,
      'https://sts.amazonaws.com/saml',
      '',
    ]) {
      const inside = edited(/Recipient="[^"]*"/, `Recipient="${recipient}"`);
      assert.throws(() => redeem(inside, issuer), unusable('its Recipient is another'), recipient);
      if (recipient === '') continue;
      const outside = signedResponse(issuer).replace(/Destination="[^"]*"/, `Destination="${recipient}"`);
      assert.throws(() => redeem(outside, issuer), unusable('its Destination is another'), recipient);
    }
    assert.equal(redeem(signedResponse(issuer).replace(/ Destination="[^"]*"/, ''), issuer).subject, 'alice');
  });

  test('the status is success', () => {
    const failed = signedResponse(issuer).replace('status:Success', 'status:Responder');
    assert.throws(() => redeem(failed, issuer), unusable('its status is not Success'));
    const none = signedResponse(issuer).replace(/<samlp:Status>.*<\/samlp:Status>/, '');
    assert.throws(() => redeem(none, issuer), unusable('there is no Status in Response'));
  });
});

describe('when an assertion can be redeemed', () => {
  const end = now + 300_000;

  test('not once its conditions or its confirmation are over', () => {
    assert.equal(redeem(signedResponse(issuer), issuer, { at: end - 1 }).subject, 'alice');
    assert.throws(() => redeem(signedResponse(issuer), issuer, { at: end }), expired(end, end));
    const soon = now + 1000;
    const conditions = edited(/(<saml:Conditions [^>]*NotOnOrAfter=")[^"]*/, `$1${instant(soon)}`);
    assert.throws(() => redeem(conditions, issuer, { at: soon }), expired(soon, soon));
    const confirmation = edited(/(<saml:SubjectConfirmationData NotOnOrAfter=")[^"]*/, `$1${instant(soon)}`);
    assert.throws(() => redeem(confirmation, issuer, { at: soon }), expired(soon, soon));
    assert.equal(redeem(confirmation, issuer, { at: soon - 1 }).subject, 'alice');
  });

  test('not later than five minutes after it was issued, however long it says that it is good', () => {
    const longer = (assertion: string): string =>
      assertion.replaceAll(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="2099-01-01T00:00:00Z"');
    const xml = signedResponse(issuer, { edit: longer });
    assert.equal(redeem(xml, issuer, { at: end }).redeemableUntil, end);
    assert.throws(
      () => redeem(xml, issuer, { at: end + 1 }),
      refusal('Token must be redeemed within 5 minutes of issuance', 'ExpiredTokenException'),
    );
    const early = edited(/ NotBefore="[^"]*"/, '');
    assert.equal(redeem(early, issuer, { at: now - 300_000 }).subject, 'alice');
    assert.throws(() => redeem(early, issuer, { at: now - 300_001 }), unusable('it is not valid yet'));
  });

  test('not before its conditions let it, five minutes of clock aside', () => {
    const later = (ms: number): string => edited(/NotBefore="[^"]*"/, `NotBefore="${instant(now + ms)}"`);
    assert.equal(redeem(later(300_000), issuer).subject, 'alice');
    assert.throws(() => redeem(later(300_001), issuer), unusable('it is not valid yet'));
  });

  test('nor when it does not say when it was issued, or not in UTC', () => {
    assert.throws(
      () => redeem(edited(/ IssueInstant="[^"]*"/, ''), issuer),
      unusable('its assertion has no IssueInstant'),
    );
    for (const text of [
      '2026-01-02T03:04:05',
      '2026-01-02T03:04:05+01:00',
      '2026-02-30T03:04:05Z',
      '2026-01-02T24:00:00Z',
      '2026-01-02',
      'now',
      '',
    ]) {
      assert.throws(
        () => redeem(edited(/IssueInstant="[^"]*"/, `IssueInstant="${text}"`), issuer),
        unusable('IssueInstant is no instant in UTC'),
        text,
      );
    }
    assert.equal(
      redeem(edited(/IssueInstant="[^"]*"/, 'IssueInstant="2026-01-02T03:04:05Z"'), issuer).subject,
      'alice',
    );
    assert.equal(
      redeem(edited(/IssueInstant="[^"]*"/, 'IssueInstant="2026-01-02T03:04:05.123456789Z"'), issuer)
        .redeemableUntil,
      now + 300_123,
    );
  });

  test('nor under a condition that is not understood', () => {
    for (const condition of ['<saml:Condition/>', '<x:Condition xmlns:x="urn:x"/>']) {
      assert.throws(
        () => redeem(edited('</saml:Conditions>', `${condition}</saml:Conditions>`), issuer),
        unusable('its assertion has a condition Condition, which is not understood'),
      );
    }
    const known = '<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/></saml:Conditions>';
    assert.equal(redeem(edited('</saml:Conditions>', known), issuer).subject, 'alice');
    assert.throws(
      () => redeem(edited(/<saml:Conditions .*<\/saml:Conditions>/, ''), issuer),
      unusable('there is no Conditions in Assertion'),
    );
  });
});

describe('of whom an assertion speaks', () => {
  const confirmation = /<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/;

  test('there is one confirmation, of a bearer, with a Recipient and an end', () => {
    const one = unusable('its subject must have exactly one SubjectConfirmation, of a bearer');
    assert.throws(() => redeem(edited(confirmation, ''), issuer), one);
    assert.throws(() => redeem(edited(confirmation, '$&$&'), issuer), one);
    assert.throws(() => redeem(edited('cm:bearer', 'cm:holder-of-key'), issuer), one);
    const data = unusable(
      'its SubjectConfirmationData must have a Recipient and NotOnOrAfter, and no NotBefore',
    );
    assert.throws(() => redeem(edited(/ Recipient="[^"]*"/, ''), issuer), data);
    assert.throws(() => redeem(edited(/(ConfirmationData) NotOnOrAfter="[^"]*"/, '$1'), issuer), data);
    assert.throws(
      () => redeem(edited('ConfirmationData ', `ConfirmationData NotBefore="${instant(now)}" `), issuer),
      data,
    );
  });

  test('there is one subject with at most one NameID, of plain text', () => {
    assert.throws(
      () => redeem(edited(/<saml:Subject>.*<\/saml:Subject>/, '$&$&'), issuer),
      unusable('there is more than one Subject in Assertion'),
    );
    assert.throws(
      () => redeem(edited(/<saml:NameID .*<\/saml:NameID>/, '$&$&'), issuer),
      unusable('there is more than one NameID in Subject'),
    );
    assert.throws(
      () => redeem(edited('>alice<', '><b>alice</b><'), issuer),
      unusable('there are elements in NameID'),
    );
    assert.throws(
      () => redeem(signedResponse(issuer, { nameId: 'a'.repeat(257) }), issuer),
      unusable('its NameID must have at most 256 characters'),
    );
    assert.equal(
      redeem(edited(/<saml:NameID .*<\/saml:NameID>/, '<saml:EncryptedID/>'), issuer).subject,
      undefined,
    );
  });

  test('the type of the name is its format, without the prefix of SAML 2.0', () => {
    const type = (nameIdFormat: string): string =>
      redeem(signedResponse(issuer, { nameIdFormat }), issuer).subjectType;
    assert.equal(type(persistent), 'persistent');
    assert.equal(type('urn:oasis:names:tc:SAML:2.0:nameid-format:transient'), 'transient');
    const email = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
    assert.equal(type(email), email);
    const none = redeem(edited(/ Format="[^"]*"/, ''), issuer);
    assert.equal(none.trustKeys['saml:sub_type'], 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified');
  });

  test('the assertion is of SAML 2.0 and has an ID', () => {
    const why = unusable('its assertion has no ID or is not of SAML 2.0');
    assert.throws(() => redeem(edited('Version="2.0"', 'Version="1.1"'), issuer), why);
    assert.throws(() => redeem(signedResponse(issuer, { assertionId: 'a'.repeat(257) }), issuer), why);
    const noId = signedResponse(issuer, { edit: (text) => text.replace(/ ID="[^"]*"/, '') }, 'Response');
    assert.throws(() => redeem(noId, issuer), why);
  });

  test('the session at the provider ends with the first of its statements', () => {
    const statements = [9000, 7000, 8000].map(
      (ms) =>
        `<saml:AuthnStatement AuthnInstant="${instant(now)}" SessionNotOnOrAfter="${instant(now + ms)}"/>`,
    );
    const xml = edited('<saml:AuthnStatement ', `${statements.join('')}<saml:AuthnStatement `);
    assert.equal(redeem(xml, issuer).sessionEndsAt, now + 7000);
    assert.throws(() => redeem(xml, issuer, { at: now + 7000 }), expired(now + 7000, now + 7000));
    assert.equal(redeem(signedResponse(issuer), issuer).sessionEndsAt, undefined);
  });
});

describe('attributes', () => {
  test('are read from every statement, and none may be encrypted or without a name', () => {
    const second = `<saml:AttributeStatement><saml:Attribute Name="${samlAttributes}/SourceIdentity"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>`;
    assert.equal(redeem(edited('</saml:Assertion>', second), issuer).sourceIdentity, 'ada');
    const why = unusable('an attribute is encrypted or has no name');
    for (const one of [
      '<saml:EncryptedAttribute/>',
      '<saml:Attribute/>',
      '<x:Attribute xmlns:x="urn:x" Name="a"/>',
    ]) {
      const xml = edited('</saml:AttributeStatement>', `${one}</saml:AttributeStatement>`);
      assert.throws(() => redeem(xml, issuer), why, one);
    }
    assert.throws(
      () =>
        redeem(
          edited(
            '</saml:AttributeStatement>',
            '<saml:Attribute Name="a"><b/></saml:Attribute></saml:AttributeStatement>',
          ),
          issuer,
        ),
      unusable('an attribute has something else than values'),
    );
  });

  test('of AWS must be plain text, and their names are exact', () => {
    const nested = edited('>alice@example.com<', '><b>alice</b><');
    assert.throws(
      () => redeem(nested, issuer),
      unusable(`there are elements in ${samlAttributes}/RoleSessionName`),
    );
    const required = refusal('RoleSessionName is required in AuthnResponse');
    const second = edited(
      '>alice@example.com</saml:AttributeValue>',
      '$&<saml:AttributeValue>bob</saml:AttributeValue>',
    );
    assert.throws(() => redeem(second, issuer), required);
    for (const name of ['rolesessionname', 'RoleSessionName ', 'RoleSessionName/']) {
      const xml = edited(`${samlAttributes}/RoleSessionName`, `${samlAttributes}/${name}`);
      assert.throws(() => redeem(xml, issuer), required);
    }
  });

  test('become the condition keys that AWS has for them', () => {
    const person = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.';
    const organization = 'urn:oid:1.3.6.1.4.1.5923.1.2.1.';
    const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/';
    const expected: Readonly<Record<string, string>> = {
      [`${person}1`]: 'edupersonaffiliation',
      [`${person}2`]: 'edupersonnickname',
      [`${person}3`]: 'edupersonorgdn',
      [`${person}4`]: 'edupersonorgunitdn',
      [`${person}5`]: 'edupersonprimaryaffiliation',
      [`${person}6`]: 'edupersonprincipalname',
      [`${person}7`]: 'edupersonentitlement',
      [`${person}8`]: 'edupersonprimaryorgunitdn',
      [`${person}9`]: 'edupersonscopedaffiliation',
      [`${person}10`]: 'edupersontargetedid',
      [`${person}11`]: 'edupersonassurance',
      [`${organization}2`]: 'eduorghomepageuri',
      [`${organization}3`]: 'eduorgidentityauthnpolicyuri',
      [`${organization}4`]: 'eduorglegalname',
      [`${organization}5`]: 'eduorgsuperioruri',
      [`${organization}6`]: 'eduorgwhitepagesuri',
      'urn:oid:2.5.4.3': 'cn',
      [`${claims}name`]: 'name',
      'http://schemas.xmlsoap.org/claims/CommonName': 'commonName',
      [`${claims}givenname`]: 'givenName',
      [`${claims}surname`]: 'surname',
      [`${claims}emailaddress`]: 'mail',
      'http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid': 'uid',
      '2.5.4.45': 'x500UniqueIdentifier',
      '0.9.2342.19200300100.1.45': 'organizationStatus',
    };
    const single = /orgdn$|primary|principalname/;
    for (const [name, key] of Object.entries(expected)) {
      const { trustKeys, sessionKeys } = redeem(
        signedResponse(issuer, { attributes: { [name]: ['a'] } }),
        issuer,
      );
      assert.deepEqual(trustKeys[`saml:${key}`], single.test(key) ? 'a' : ['a'], name);
      assert.deepEqual(Object.keys(sessionKeys), ['saml:namequalifier', 'saml:sub', 'saml:sub_type']);
      const two = signedResponse(issuer, { attributes: { [name]: ['a', 'b'] } });
      if (single.test(key)) {
        assert.throws(
          () => redeem(two, issuer),
          refusal(`The attribute of saml:${key} must have one value.`),
        );
      } else assert.deepEqual(redeem(two, issuer).trustKeys[`saml:${key}`], ['a', 'b']);
    }
  });

  test('that AWS has no key for say nothing, nor do values that are no text', () => {
    const plain = redeem(signedResponse(issuer), issuer).trustKeys;
    const attributes = {
      mail: ['a'],
      'saml:sub': ['admin'],
      __proto__: ['a'],
      'urn:oid:2.5.4.3': ['<b>c</b>'],
    };
    assert.deepEqual(redeem(signedResponse(issuer, { attributes }), issuer).trustKeys, plain);
    assert.deepEqual(plain, {
      'saml:aud': signInUrl,
      'saml:iss': issuer.entityId,
      'saml:doc': '111122223333/idp',
      'saml:namequalifier': plain['saml:namequalifier'],
      'saml:sub': 'alice',
      'saml:sub_type': 'persistent',
    });
  });

  test('name roles with their providers, each for itself', () => {
    const roles = [`${role},${provider}`, ` ${provider} , ${role}2 `];
    assert.deepEqual(redeem(signedResponse(issuer, { roles }), issuer).roles, [
      { role, provider },
      { role: `${role}2`, provider },
    ]);
  });
});

test('the name qualifier is AWS’s: the hash of issuer, account, a slash and the provider’s name', () => {
  const example = createSamlIssuer('https://example.com/saml');
  // printf %s https://example.com/saml111122223333/idp | openssl sha1 -binary | base64
  assert.equal(redeem(signedResponse(example), example).nameQualifier, 't+CFyKAu69O2LYoAGZXtP/5iSFA=');
});

describe('signatures', () => {
  test('of SHA-1, of a shared secret and of curves are refused by their names', () => {
    const method = /(<SignatureMethod Algorithm=")[^"]*/;
    for (const name of [
      'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
      'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
      'toString',
      '',
    ]) {
      assert.throws(
        () => redeem(signedResponse(issuer).replace(method, `$1${name}`), issuer),
        unusable(`it is signed with ${name}; RSA with SHA-256, SHA-384 or SHA-512 is accepted`),
      );
    }
    const digest = signedResponse(issuer).replace(
      /(<DigestMethod Algorithm=")[^"]*/,
      '$1http://www.w3.org/2000/09/xmldsig#sha1',
    );
    assert.throws(
      () => redeem(digest, issuer),
      unusable(
        'it is signed with http://www.w3.org/2000/09/xmldsig#sha1; RSA with SHA-256, SHA-384 or SHA-512 is accepted',
      ),
    );
  });

  test('make what is signed out of the document in one way only', () => {
    const xml = signedResponse(issuer);
    const why = unusable('its signature must be enveloped, in exclusive canonical form, and nothing else');
    const transform = '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>';
    assert.throws(() => redeem(xml.replace('</Transforms>', `${transform}</Transforms>`), issuer), why);
    assert.throws(() => redeem(xml.replace(/<Transform [^>]*enveloped[^>]*\/>/, transform), issuer), why);
    assert.throws(() => redeem(xml.replace(/<Transform [^>]*enveloped[^>]*\/>/, ''), issuer), why);
    const form = unusable('its signature must be in exclusive canonical form');
    const inclusive = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
    assert.throws(
      () => redeem(xml.replace(/(CanonicalizationMethod Algorithm=")[^"]*/, `$1${inclusive}`), issuer),
      form,
    );
    assert.throws(
      () => redeem(xml.replace(/(<Transform Algorithm=")[^"]*c14n[^"]*/, `$1${inclusive}`), issuer),
      form,
    );
  });

  test('are over the element that they stand in', () => {
    const response = parseDocument(signedResponse(issuer));
    const [assertion] = childrenOf(response, assertionNamespace, 'Assertion');
    assert.ok(assertion);
    const [signature] = childrenOf(assertion, signatureNamespace, 'Signature');
    assert.ok(signature);
    const keys = [issuer.publicKey];
    assert.match(verifySignature(signature, assertion, keys), /^<saml:Assertion /);
    // Were it the response's id that it names, it would still not be the response's signature.
    const renamed = parseDocument(
      signedResponse(issuer).replace(/(<samlp:Response [^>]*ID=")[^"]*/, `$1${attributeOf(assertion, 'ID')}`),
    );
    assert.throws(
      () => verifySignature(signature, renamed, keys),
      unusable('its signature is not of the form that SAML has'),
    );
  });

  test('are verified with keys of the metadata, whatever they bring along', () => {
    const other = createSamlIssuer();
    const info = `<KeyInfo><X509Data><X509Certificate>${other.certificate}</X509Certificate></X509Data></KeyInfo></Signature>`;
    const xml = signedResponse(other, { issuer: issuer.entityId }).replace('</Signature>', info);
    assert.throws(() => redeem(xml, issuer), refusal('Response signature invalid'));
    const own = signedResponse(issuer).replace('</Signature>', info);
    assert.equal(redeem(own, issuer).subject, 'alice');
  });
});
