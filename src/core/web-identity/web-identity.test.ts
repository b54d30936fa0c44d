import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  currentKeySet,
  documentAt,
  issuerIdOf,
  issuerOrigin,
  issuerUrl,
  jwksDocument,
  type KeySet,
  keySetsAfterRotation,
  nextKeySetNumber,
  payloadLimitBytes,
  tokenPayload,
} from './index.ts';

const id = '0b8e7a54-7f0e-4a3e-9d0a-6d1f1c2b3a49';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('issuers', () => {
  test('with a domain and TLS an issuer is a host', () => {
    const url = issuerUrl(issuerOrigin('https://127.0.0.1:4592', 'example.com'), id);
    assert.equal(url, `https://${id}.tokens.sts.example.com:4592`);
    assert.equal(
      issuerUrl(issuerOrigin('https://example.com', 'example.com'), id),
      `https://${id}.tokens.sts.example.com`,
    );
  });

  test('without TLS or without a domain an issuer is a path', () => {
    assert.equal(
      issuerUrl(issuerOrigin('http://127.0.0.1:4592', 'example.com'), id),
      `http://127.0.0.1:4592/outbound/${id}`,
    );
    assert.equal(
      issuerUrl(issuerOrigin('https://example.com/aws', undefined), id),
      `https://example.com/aws/outbound/${id}`,
    );
  });

  test('the id of an issuer is read from its URL, in either form, and from no other', () => {
    for (const origin of [
      issuerOrigin('https://127.0.0.1:4592', 'example.com'),
      issuerOrigin('https://example.com', 'example.com'),
      issuerOrigin('http://127.0.0.1:4592', undefined),
      issuerOrigin('https://example.com/aws', undefined),
    ])
      assert.equal(issuerIdOf(issuerUrl(origin, id)), id);
    for (const other of [
      'https://example.com',
      id,
      `https://example.com/${id}`,
      `https://example.com/outbound/${id}/`,
      `https://example.com/outbound/${id.toUpperCase()}`,
      `https://${id}.example.com`,
      `https://x.${id}.tokens.sts.example.com`,
      'https://example.com/outbound/__proto__',
    ])
      assert.equal(issuerIdOf(other), undefined, other);
  });

  test('documents are found by path and by host, and nowhere else', () => {
    const expected = { issuer: id, document: 'jwks.json' };
    const path = `/outbound/${id}/.well-known/jwks.json`;
    const host = `${id}.tokens.sts.example.com`;
    assert.deepEqual(documentAt('anything', path, undefined), expected);
    assert.deepEqual(documentAt(`${host}:4592`, '/.well-known/jwks.json', 'example.com'), expected);
    assert.deepEqual(documentAt(host.toUpperCase(), '/.well-known/openid-configuration', 'example.com'), {
      issuer: id,
      document: 'openid-configuration',
    });
    const others = [
      ['x', `/outbound/${id.toUpperCase()}/.well-known/jwks.json`],
      ['x', `/outbound/${id}/.well-known/jwks.json/`],
      ['x', `/outbound/${id}/.well-known/jwks%2Ejson`],
      ['x', '/.well-known/jwks.json'],
      ['x', '/outbound/__proto__/.well-known/jwks.json'],
      [`${id}.tokens.sts.example.org`, '/.well-known/jwks.json'],
      [`${id}.tokens.sts.example.com.evil.example`, '/.well-known/jwks.json'],
    ] as const;
    for (const [from, asked] of others)
      assert.equal(documentAt(from, asked, 'example.com'), undefined, asked);
    assert.equal(documentAt(host, '/.well-known/jwks.json', undefined), undefined);
  });
});

function made(number: number): Omit<KeySet, 'signsFrom'> {
  const key = (kid: string) => ({ kid, publicJwk: {}, sealedPrivateKey: 'sealed' });
  return { number, keys: { RS256: key(`RSA_${number}`), ES384: key(`EC384_${number}`) } };
}

describe('rotation', () => {
  const first = keySetsAfterRotation([], made(0), 0);
  const due = 88 * dayMs;

  test('the first keys sign at once', () => {
    assert.deepEqual(
      first.map(({ number, signsFrom }) => [number, signsFrom]),
      [[0, 0]],
    );
    assert.equal(nextKeySetNumber(first, due - 1), undefined);
    assert.equal(nextKeySetNumber(first, due), 1);
  });

  test('the next keys are published two days before they sign', () => {
    const both = keySetsAfterRotation(first, made(1), due);
    assert.equal((jwksDocument(both) as { keys: object[] }).keys.length, 4);
    assert.equal(currentKeySet(both, due + 2 * dayMs - 1)?.number, 0);
    assert.equal(currentKeySet(both, due + 2 * dayMs)?.number, 1);
  });

  test('old keys stay until a day after their successors sign', () => {
    const both = keySetsAfterRotation(first, made(1), due);
    const over = due + 3 * dayMs;
    assert.equal(keySetsAfterRotation(both, undefined, over - 1), both);
    assert.deepEqual(
      keySetsAfterRotation(both, undefined, over).map(({ number }) => number),
      [1],
    );
  });

  test('keys that another process has made already are not made twice', () => {
    const both = keySetsAfterRotation(first, made(1), due);
    assert.equal(keySetsAfterRotation(both, made(1), due), both);
  });

  test('a clock that is behind signs with the oldest keys', () => {
    assert.equal(currentKeySet(keySetsAfterRotation([], made(0), 1000), 0)?.number, 0);
  });
});

describe('payloads', () => {
  const facts = {
    issuer: 'https://id.example.com',
    audiences: ['a'],
    subject: 's',
    id: 'i',
    issuedAt: 1,
    expiresAt: 2,
    namespace: {},
  };

  test('one audience is a text and several are a list', () => {
    assert.equal(tokenPayload(facts)?.aud, 'a');
    assert.deepEqual(tokenPayload({ ...facts, audiences: ['a', 'b'] })?.aud, ['a', 'b']);
  });

  test('the limit is in bytes and holds for the whole payload', () => {
    const length = JSON.stringify(tokenPayload(facts)).length;
    const subject = (more: number): string => 's'.repeat(payloadLimitBytes - length + 1 + more);
    assert.notEqual(tokenPayload({ ...facts, subject: subject(0) }), undefined);
    assert.equal(tokenPayload({ ...facts, subject: subject(1) }), undefined);
    assert.equal(tokenPayload({ ...facts, subject: `${subject(-1)}é` }), undefined);
  });
});
