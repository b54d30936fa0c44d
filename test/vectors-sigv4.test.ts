import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, test } from 'node:test';
import {
  canonicalRequest,
  checkSignature,
  deriveSigningKey,
  hashBody,
  parseSignature,
  type SignedRequest,
  SigV4Error,
  stringToSign,
  verifySignature,
} from '#core/sigv4';
import {
  generateSignatureVectors,
  type RefusedVector,
  type SignedVector,
  signedAt,
  type VectorRequest,
} from '../scripts/generate-signature-vectors.ts';

const folder = join(import.meta.dirname, 'vectors/sigv4');

const vectors: ReadonlyMap<string, SignedVector | RefusedVector> = new Map(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [
      relative(folder, file)
        .replaceAll(sep, '/')
        .replace(/\.json$/, ''),
      JSON.parse(readFileSync(file, 'utf8')) as SignedVector | RefusedVector,
    ]),
);

function wire({ method, target, headers }: VectorRequest): SignedRequest {
  return { method, target, rawHeaders: headers.flat() };
}

/** All that the service checks of a signature, in its order. */
function verify(request: VectorRequest, vector: SignedVector): void {
  const signature = parseSignature(wire(request));
  checkSignature(signature, {
    now: signedAt,
    service: vector.service,
    region: vector.region,
    isRegion: () => false,
  });
  // As the service does: the secret is looked up by the key id that the request names.
  const secret =
    signature.scope.accessKeyId === vector.accessKeyId ? vector.secretAccessKey : 'the secret of another key';
  const { date, region, service } = signature.scope;
  verifySignature(
    signature,
    deriveSigningKey(secret, date, region, service),
    hashBody(Buffer.from(request.body)),
  );
}

test('the signature vectors are what the other signer makes today', async () => {
  const generated = await generateSignatureVectors();
  assert.deepEqual([...vectors.keys()].sort(), [...generated.keys()].sort());
  for (const [name, vector] of generated) assert.deepEqual(vectors.get(name), vector, name);
});

describe('a signed request is accepted:', () => {
  for (const [name, vector] of vectors) {
    if (!('signature' in vector)) continue;
    test(`${name}: ${vector.about}`, () => {
      const signature = parseSignature(wire(vector.request));
      const canonical = canonicalRequest(signature, hashBody(Buffer.from(vector.request.body)));
      assert.equal(canonical, vector.canonicalRequest);
      assert.equal(stringToSign(signature, vector.canonicalRequest), vector.stringToSign);
      assert.equal(signature.signature, vector.signature);
      assert.equal(signature.sessionToken, vector.sessionToken);
      assert.equal(signature.form, name.startsWith('query/') ? 'query' : 'header');
      verify(vector.request, vector);
    });
  }
});

describe('a request that was changed is refused:', () => {
  for (const [name, vector] of vectors) {
    if ('signature' in vector) continue;
    test(`${name}: ${vector.about}`, () => {
      const original = vectors.get(vector.signed);
      assert.ok(original !== undefined && 'signature' in original);
      assert.notDeepEqual(vector.request, original.request);
      assert.throws(
        () => verify(vector.request, original),
        (error: unknown) => {
          assert.ok(error instanceof SigV4Error);
          assert.equal(error.code, vector.code);
          assert.equal(error.message, vector.message);
          return true;
        },
      );
    });
  }
});
