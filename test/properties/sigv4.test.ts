import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import {
  canonicalRequest,
  checkSignature,
  deriveSigningKey,
  hashBody,
  parseSignature,
  SigV4Error,
  verifySignature,
} from '#core/sigv4';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const key = deriveSigningKey(credentials.secretAccessKey, '20260102', 'eu-west-1', 'sts');

const name = fc
  .string({
    unit: fc.constantFrom(...'abcXYZ019-_.~ ,;:/?#[]@!$&\'()*+=%"<>\\^`{|}éß漢😀'),
    minLength: 1,
    maxLength: 8,
  })
  // The other signer leaves these out or sets them itself.
  .filter((text) => !/^x-amz-/i.test(text));
const value = fc.string({ unit: 'grapheme', maxLength: 12 });
const query = fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })), {
  maxKeys: 6,
});
const headers = fc.dictionary(
  fc.stringMatching(/^x-[a-w][a-z0-9-]{0,10}$/).filter((text) => !text.startsWith('x-amz')),
  fc.string({ unit: fc.constantFrom(...'abcABC012 ,;="\'/é'), maxLength: 12 }),
  { maxKeys: 5 },
);
const path = fc
  .array(
    fc.constantFrom('a', 'b%20c', '%2F', '.', '..', '', 'ä', "x:y@z!$&'()*,;=+", '%C3%A9', '%2e', '~-_.'),
    {
      maxLength: 6,
    },
  )
  .map((segments) => `/${segments.join('/')}`);
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path,
  query,
  headers,
  body: fc.string({ unit: 'grapheme', maxLength: 40 }),
  token: fc.option(fc.base64String({ minLength: 4, maxLength: 40 }), { nil: undefined }),
  form: fc.constantFrom('header' as const, 'query' as const),
});
type Given = typeof request extends fc.Arbitrary<infer T> ? T : never;

class TellingSigner extends SignatureV4 {
  canonical = '';

  protected override createCanonicalRequest(
    ...given: Parameters<SignatureV4['createCanonicalRequest']>
  ): string {
    this.canonical = super.createCanonicalRequest(...given);
    return this.canonical;
  }
}

function encodeQuery(parameters: HttpRequest['query']): string {
  return Object.entries(parameters)
    .flatMap(([key, given]) => [given ?? ''].flat().map((item) => [key, item]))
    .map((pair) => pair.map((text = '') => encodeURIComponent(text)).join('='))
    .join('&');
}

/** The request as the other signer signs it, with the canonical request that it signed. */
async function sign(given: Given) {
  const signer = new TellingSigner({
    credentials: given.token === undefined ? credentials : { ...credentials, sessionToken: given.token },
    service: 'sts',
    region: 'eu-west-1',
    sha256: Sha256,
    applyChecksum: false,
  });
  const unsigned = new HttpRequest({
    method: given.method,
    path: given.path,
    query: given.query,
    headers: { host: 'sts.eu-west-1.amazonaws.com', ...given.headers },
    body: given.body,
  });
  const options = { signingDate: new Date(now) };
  const answer =
    given.form === 'header' ? await signer.sign(unsigned, options) : await signer.presign(unsigned, options);
  const text = encodeQuery(answer.query ?? {});
  return {
    canonical: signer.canonical,
    request: {
      method: given.method,
      target: text === '' ? given.path : `${given.path}?${text}`,
      rawHeaders: Object.entries(answer.headers).flat(),
    },
  };
}

test('any request has the canonical form that the other signer gives it, and its signature holds', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (given) => {
      const { canonical, request: wire } = await sign(given);
      const signature = parseSignature(wire);
      const hash = hashBody(Buffer.from(given.body));
      assert.equal(canonicalRequest(signature, hash), canonical);
      checkSignature(signature, { now, service: 'sts', region: 'eu-west-1', isRegion: () => false });
      verifySignature(signature, key, hash);
    }),
    { numRuns: 300 },
  );
});

test('no request holds once a character of its target or of a signed header is another', async () => {
  await fc.assert(
    fc.asyncProperty(request, fc.nat(), fc.constantFrom(...'aZ5-'), async (given, at, character) => {
      const { request: wire } = await sign(given);
      const texts = [wire.target, ...wire.rawHeaders];
      const index = at % texts.length;
      const text = texts[index] ?? '';
      const place = at % Math.max(1, text.length);
      const changed = text.slice(0, place) + character + text.slice(place + 1);
      const [target = '', ...rawHeaders] = texts.with(index, changed);
      const hash = hashBody(Buffer.from(given.body));
      const canonical = canonicalRequest(parseSignature(wire), hash);
      try {
        const signature = parseSignature({ ...wire, target, rawHeaders });
        checkSignature(signature, { now, service: 'sts', region: 'eu-west-1', isRegion: () => false });
        verifySignature(signature, key, hash);
        // It holds only where the change is none of meaning: an escape spelled otherwise, a space among spaces.
        assert.equal(canonicalRequest(signature, hash), canonical);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        assert.ok(error instanceof SigV4Error);
      }
    }),
    { numRuns: 300 },
  );
});

test('whatever is read as a signature, nothing is thrown but SigV4Error', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      'AWS4-HMAC-SHA256 ',
      'Credential=',
      'AKIA/20260102/us-east-1/sts/aws4_request',
      ', SignedHeaders=host',
      ', Signature=',
      '0'.repeat(64),
      '20260102T030405Z',
      'Fri, 02 Jan 2026 03:04:05 GMT',
      '+275760-09-13T00:00:00Z',
      '%',
      '%ff',
      '=',
      '&',
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      '&X-Amz-Credential=a/b/c/d/e',
      '&X-Amz-Signature=00',
      '&X-Amz-SignedHeaders=host',
      '&X-Amz-Date=20260102T030405Z',
      '\ud800',
    ),
  );
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const header = fc.tuple(
    fc.constantFrom('Host', 'Authorization', 'X-Amz-Date', 'Date', 'X-Amz-Security-Token', '__proto__', ''),
    text,
  );
  fc.assert(
    fc.property(text, text, fc.array(header, { maxLength: 5 }), (before, after, given) => {
      try {
        const signature = parseSignature({
          method: 'GET',
          target: `${before}?${after}`,
          rawHeaders: given.flat(),
        });
        checkSignature(signature, { now, service: 'sts', isRegion: () => true });
        verifySignature(signature, key, hashBody(Buffer.alloc(0)));
        assert.fail('nobody signed this');
      } catch (error) {
        assert.ok(error instanceof SigV4Error, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});
