import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { type CompactJWSHeaderParameters, CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose';
import {
  FederationError,
  matchKeys,
  parseDiscovery,
  parseKeySet,
  parseToken,
  readWebIdentity,
} from './index.ts';

const now = Date.UTC(2026, 10, 24, 12);
const seconds = now / 1000;
const provider = { url: 'https://id.example.com', clientIds: ['sts.amazonaws.com', 'other'] };
const good = {
  iss: provider.url,
  sub: 'alice',
  aud: 'sts.amazonaws.com',
  iat: seconds - 10,
  exp: seconds + 600,
};
const notAToken =
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)';

function isRefusal(code: FederationError['code'], message: string | RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof FederationError);
    assert.equal(error.code, code);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
}

interface Pair {
  readonly sign: (claims: object, header?: object) => Promise<string>;
  readonly jwk: JWK;
}

async function createPair(alg: string, kid = 'k'): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid },
    sign: (claims, header = {}) =>
      new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg, kid, ...header } as CompactJWSHeaderParameters)
        .sign(privateKey, { crit: { 'urn:x': true } }),
  };
}

function verify(token: string, keys: readonly JWK[]): unknown {
  const parsed = parseToken(token);
  return parsed.verify(matchKeys(parseKeySet(JSON.stringify({ keys })), parsed.algorithm, parsed.keyId));
}

function spell(header: object, claims: object = good, signature = 'c2ln'): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${signature}`;
}

const badSignature = isRefusal(
  'InvalidIdentityToken',
  'The signature of the token was made by none of the keys of its provider.',
);

describe('a signature', () => {
  for (const alg of ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']) {
    test(`of ${alg} verifies, and not once the token is changed`, async () => {
      const { sign, jwk } = await createPair(alg);
      const token = await sign(good);
      assert.deepEqual(verify(token, [jwk]), good);
      const [header = '', , signature = ''] = token.split('.');
      const changed = Buffer.from(JSON.stringify({ ...good, sub: 'mallory' })).toString('base64url');
      assert.throws(() => verify(`${header}.${changed}.${signature}`, [jwk]), badSignature);
      const other = await createPair(alg);
      assert.throws(() => verify(token, [other.jwk]), badSignature);
    });
  }

  for (const alg of ['PS256', 'EdDSA']) {
    test(`of ${alg} is not taken`, async () => {
      const { sign } = await createPair(alg);
      assert.throws(
        () => parseToken(spell({ alg, kid: 'k' })),
        isRefusal('InvalidIdentityToken', /^The token must be signed with one of RS256, /),
      );
      const token = await sign(good);
      assert.throws(() => parseToken(token), FederationError);
    });
  }

  test('needs a key of its algorithm’s type, curve and purpose', async () => {
    const rsa = await createPair('RS256');
    const small = await createPair('ES256');
    const token = await rsa.sign(good);
    for (const jwk of [small.jwk, { ...rsa.jwk, alg: 'RS512' }, { ...rsa.jwk, kid: 'another' }]) {
      assert.throws(() => verify(token, [jwk]), badSignature);
    }
    for (const jwk of [
      { ...rsa.jwk, use: 'enc' },
      { ...rsa.jwk, key_ops: ['encrypt'] },
    ]) {
      assert.throws(
        () => verify(token, [jwk]),
        isRefusal(
          'IDPCommunicationError',
          'The key set of the identity provider cannot be used: it holds no RSA or EC key for signatures.',
        ),
      );
    }
    assert.throws(() => parseToken(token).verify([]), badSignature);
  });

  test('of a token without a key id needs the one key there is', async () => {
    const one = await createPair('ES256', 'a');
    const two = await createPair('ES256', 'b');
    const token = await one.sign(good, { kid: undefined });
    assert.deepEqual(verify(token, [one.jwk]), good);
    assert.throws(() => verify(token, [one.jwk, two.jwk]), badSignature);
  });
});

describe('a token', () => {
  test('that is none is refused', async () => {
    const { sign } = await createPair('ES256');
    const token = await sign(good);
    const [header, claims, signature] = token.split('.');
    for (const text of [
      '',
      'a.b',
      `${header}.${claims}`,
      `${header}.${claims}.`,
      `${token}.x`,
      `${header}.${claims}.${signature}=`,
      `${header}.${claims}. ${signature}`,
      `.${claims}.${signature}`,
      `${Buffer.from('[]').toString('base64url')}.${claims}.${signature}`,
      `${header}.${Buffer.from('"x"').toString('base64url')}.${signature}`,
      `${header}.${Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url')}.${signature}`,
    ]) {
      assert.throws(() => parseToken(text), isRefusal('InvalidIdentityToken', notAToken), text);
    }
  });

  test('of another kind, such as a logout token, is refused', async () => {
    const { sign, jwk } = await createPair('ES256');
    for (const typ of ['logout+jwt', 'secevent+jwt', 'dpop+jwt', 7]) {
      const token = await sign(good, { typ });
      assert.throws(() => verify(token, [jwk]), isRefusal('InvalidIdentityToken', notAToken));
    }
    assert.deepEqual(verify(await sign(good, { typ: 'JWT' }), [jwk]), good);
  });

  test('with critical extensions is refused', async () => {
    const { sign, jwk } = await createPair('ES256');
    const token = await sign(good, { crit: ['urn:x'], 'urn:x': 1 });
    assert.throws(
      () => verify(token, [jwk]),
      isRefusal(
        'InvalidIdentityToken',
        'The token has critical header parameters, none of which are understood.',
      ),
    );
  });

  test('brings no keys of its own', async () => {
    const own = await createPair('ES256');
    const trusted = await createPair('ES256');
    for (const header of [
      { jwk: own.jwk },
      { jku: 'https://evil.example.com/keys' },
      { x5u: 'https://evil.example.com/cert' },
      { x5c: ['AAAA'] },
    ]) {
      const token = await own.sign(good, header);
      assert.throws(() => verify(token, [trusted.jwk]), badSignature);
    }
  });
});

describe('a key set', () => {
  test('holds at most a hundred keys of each type', async () => {
    const { jwk } = await createPair('ES256');
    const many = (count: number, key: object) =>
      JSON.stringify({ keys: Array.from({ length: count }, () => key) });
    assert.equal(parseKeySet(many(100, jwk)).keys.length, 100);
    for (const [type, key] of [
      ['EC', jwk],
      ['RSA', { kty: 'RSA' }],
    ] as const) {
      assert.throws(
        () => parseKeySet(many(101, key)),
        isRefusal('InvalidIdentityToken', `The identity provider has published more than 100 ${type} keys.`),
      );
    }
  });

  test('gives no key that is weak, secret, misshapen or not for signatures', async () => {
    const { jwk } = await createPair('ES256');
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weak = publicKey.export({ format: 'jwk' });
    for (const keys of [
      [weak],
      [{ kty: 'oct', k: 'AAAA' }],
      [{ ...jwk, x: 7 }],
      [{ ...jwk, crv: 'P-999' }],
      [{ ...jwk, kid: 7 }],
      [7, null],
      [],
    ]) {
      assert.throws(() => parseKeySet(JSON.stringify({ keys })), {
        code: 'IDPCommunicationError',
        message:
          'The key set of the identity provider cannot be used: it holds no RSA or EC key for signatures.',
      });
    }
    for (const text of ['', '[]', '{}', '{"keys":{}}']) {
      assert.throws(() => parseKeySet(text), {
        code: 'IDPCommunicationError',
        message: 'The key set of the identity provider cannot be used: it is not a JSON Web Key Set.',
      });
    }
  });
});

test('a discovery document must name its issuer letter by letter, and keys over TLS', () => {
  const issuer = 'https://id.example.com/realms/a';
  const read = (document: unknown) => parseDiscovery(JSON.stringify(document), issuer);
  assert.equal(read({ issuer, jwks_uri: 'https://keys.example.com/a' }), 'https://keys.example.com/a');
  const unusable = (why: string) =>
    isRefusal(
      'IDPCommunicationError',
      `The discovery document of the identity provider cannot be used: ${why}.`,
    );
  for (const other of [`${issuer}/`, 'https://id.example.com/realms/A', undefined, [issuer]]) {
    assert.throws(
      () => read({ issuer: other, jwks_uri: 'https://a.example.com' }),
      unusable('it names another issuer'),
    );
  }
  for (const uri of ['http://keys.example.com', 'keys', 7, undefined]) {
    assert.throws(() => read({ issuer, jwks_uri: uri }), unusable('its jwks_uri is not an https URL'));
  }
  assert.throws(() => read([]), unusable('it is not a JSON object'));
});

describe('the claims', () => {
  const read = (more: object = {}, rules = provider) => readWebIdentity({ ...good, ...more }, rules, now);
  const refused = (message: string) => isRefusal('InvalidIdentityToken', message);

  test('become condition keys, of which three stay for the session', () => {
    const identity = read({ amr: ['mfa', 'pwd'], email: 'a@example.com', groups: ['admins'], name: 'Alice' });
    assert.deepEqual(identity, {
      subject: 'alice',
      audience: 'sts.amazonaws.com',
      trustKeys: {
        'id.example.com:aud': 'sts.amazonaws.com',
        'id.example.com:sub': 'alice',
        'id.example.com:amr': ['mfa', 'pwd'],
        'id.example.com:email': 'a@example.com',
      },
      sessionKeys: {
        'id.example.com:aud': 'sts.amazonaws.com',
        'id.example.com:sub': 'alice',
        'id.example.com:amr': ['mfa', 'pwd'],
      },
      tags: [],
      transitiveTagKeys: [],
      sourceIdentity: undefined,
      roles: undefined,
    });
  });

  test('must be of the provider that was found by them', () => {
    for (const iss of ['https://id.example.com/', 'https://evil.example.com', undefined, [provider.url]]) {
      assert.throws(
        () => read({ iss }),
        refused(`No OpenIDConnect provider found in your account for ${String(iss)}`),
      );
    }
  });

  test('must be there', () => {
    for (const name of ['sub', 'aud', 'iat', 'exp']) {
      assert.throws(() => read({ [name]: undefined }), refused(`Missing a required claim: ${name}`));
    }
    assert.throws(() => read({ sub: 7 }), refused('The sub claim must be a text.'));
    assert.throws(
      () => read({ sub: 'a'.repeat(256) }),
      refused('The sub claim must have at most 255 characters.'),
    );
    assert.throws(() => read({ aud: [] }), refused('Missing a required claim: aud'));
  });

  test('hold from their time to their time, in whole seconds', () => {
    for (const name of ['iat', 'exp', 'nbf']) {
      for (const value of ['1', 1.5, -1, null, 1e300]) {
        assert.throws(
          () => read({ [name]: value }),
          refused(`The ${name} claim must be a whole number of seconds.`),
        );
      }
    }
    read({ exp: seconds + 1 });
    assert.throws(
      () => read({ exp: seconds }),
      isRefusal(
        'ExpiredTokenException',
        `Token expired: current date/time ${seconds} must be before the expiration date/time ${seconds}`,
      ),
    );
    read({ iat: seconds - 86_400 });
    assert.throws(
      () => read({ iat: seconds - 86_401 }),
      isRefusal('ExpiredTokenException', 'Token must be redeemed within 24 hours of issuance'),
    );
    for (const name of ['iat', 'nbf']) {
      read({ [name]: seconds + 300, exp: seconds + 900 });
      assert.throws(
        () => read({ [name]: seconds + 301, exp: seconds + 900 }),
        refused(`Token is not valid before ${seconds + 301}; it is ${seconds} now.`),
      );
    }
  });

  test('are for an audience of the provider, letter by letter', () => {
    for (const aud of ['STS.amazonaws.com', 'sts.amazonaws.com ', 'sts', ['a', 'b'], '*', '']) {
      assert.throws(() => read({ aud }), refused('Incorrect token audience'));
    }
    for (const aud of [7, [7], { a: 'sts.amazonaws.com' }]) {
      assert.throws(() => read({ aud }), refused('The aud claim must be a text or a list of texts.'));
    }
    assert.throws(() => read({}, { ...provider, clientIds: [] }), refused('Incorrect token audience'));
    const one = read({ aud: ['elsewhere', 'other'] });
    assert.equal(one.audience, 'other');
    assert.equal(one.trustKeys['id.example.com:aud'], 'other');
    assert.deepEqual(read({ aud: ['other', 'sts.amazonaws.com'] }).trustKeys['id.example.com:aud'], [
      'other',
      'sts.amazonaws.com',
    ]);
  });

  test('with an authorized party are for that, and for no audience', () => {
    const identity = read({ azp: 'other', aud: 'api' });
    assert.equal(identity.audience, 'other');
    assert.equal(identity.trustKeys['id.example.com:aud'], 'other');
    assert.equal(identity.trustKeys['id.example.com:oaud'], 'api');
    assert.equal(identity.sessionKeys['id.example.com:oaud'], undefined);
    for (const azp of ['elsewhere', '']) {
      assert.throws(() => read({ azp }), refused('Incorrect token audience'));
    }
    assert.throws(() => read({ azp: 7 }), refused('The azp claim must be a text.'));
  });

  test('give tags, nested or flattened', () => {
    const claim = 'https://aws.amazon.com/tags';
    const nested = read({ [claim]: { principal_tags: { Team: ['blue'] }, transitive_tag_keys: ['Team'] } });
    const flat = read({
      [`${claim}/principal_tags/Team`]: 'blue',
      [`${claim}/transitive_tag_keys`]: ['Team'],
    });
    for (const { tags, transitiveTagKeys } of [nested, flat]) {
      assert.deepEqual([tags, transitiveTagKeys], [[{ key: 'Team', value: 'blue' }], ['Team']]);
    }
    const malformed = refused(
      `The ${claim} claim must hold principal_tags, each with one text, and transitive_tag_keys.`,
    );
    for (const value of [
      'x',
      [],
      { principal_tags: [] },
      { principal_tags: { a: ['b', 'c'] } },
      { principal_tags: { a: 7 } },
      { principal_tags: { a: [] } },
      { transitive_tag_keys: [7] },
    ]) {
      assert.throws(() => read({ [claim]: value }), malformed);
    }
    for (const tags of [
      { ['a'.repeat(129)]: ['b'] },
      { a: ['b'.repeat(257)] },
      { 'a?': ['b'] },
      { '': ['b'] },
    ]) {
      assert.throws(
        () => read({ [claim]: { principal_tags: tags } }),
        refused(`The ${claim} claim has a tag that is too long or has characters that tags cannot have.`),
      );
    }
  });

  test('give a source identity and roles', () => {
    const source = 'https://aws.amazon.com/source_identity';
    assert.equal(read({ [source]: 'ada@example.com' }).sourceIdentity, 'ada@example.com');
    for (const value of ['a', 'a b', 'aws:root', 7, 'a'.repeat(65), '']) {
      assert.throws(
        () => read({ [source]: value }),
        refused('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'),
      );
    }
    const roles = 'https://aws.amazon.com/roles';
    assert.deepEqual(read({ [roles]: 'a;b' }).roles, ['a', 'b']);
    assert.deepEqual(read({ [roles]: ['a'] }).roles, ['a']);
    assert.throws(
      () => read({ [roles]: 7 }),
      refused('The https://aws.amazon.com/roles claim must be a text or a list of texts.'),
    );
  });
});

test('a token that was signed with the public key as a secret is refused before any key is looked for', async () => {
  const { jwk } = await createPair('RS256');
  const unsigned = spell({ alg: 'HS256', kid: 'k' }).split('.').slice(0, 2).join('.');
  const signature = createHmac('sha256', JSON.stringify(jwk)).update(unsigned).digest('base64url');
  assert.throws(
    () => verify(`${unsigned}.${signature}`, [jwk]),
    isRefusal(
      'InvalidIdentityToken',
      'The token must be signed with one of RS256, RS384, RS512, ES256, ES384, ES512.',
    ),
  );
});
