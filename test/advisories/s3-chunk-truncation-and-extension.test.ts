/**
 * Uploads in chunks that are cut, lengthened, reordered, changed or misdescribed: several object stores stored what had come until then, or
 * took the signature of the head for one of the body. Here such an upload is refused, and nothing of it is stored.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type StartedGateway, startGateway } from '../gateway-fixture.ts';
import { type SignedS3, sendS3, signChunks, signS3 } from '../raw-s3.ts';
import { type RecordingStore, startRecordingStore } from '../recording-store.ts';

let store: RecordingStore;
let gateway: StartedGateway;
before(async () => {
  store = await startRecordingStore();
  gateway = await startGateway({ storeEndpoint: store.endpoint });
});
after(async () => {
  await gateway.stop();
  await store.close();
});

// Of letters that no signature has, so that what is changed of them is theirs.
const pieces = ['x'.repeat(9000), 'y'.repeat(9000), 'z'.repeat(100)];
const decoded = pieces.join('');
let serial = 0;

function upload(
  declared: string,
  headers: readonly (readonly [string, string])[] = [],
  length = decoded.length,
) {
  serial += 1;
  const target = `/photos/hostile-${serial}`;
  const all = [
    ['content-encoding', 'aws-chunked'],
    ['x-amz-decoded-content-length', String(length)],
    ...headers,
  ] as const;
  return signS3(gateway.endpoint, { target, headers: all, declared }, gateway.service.root);
}

const isStored = ({ target }: SignedS3): boolean => store.objects.has(target);

async function refuses(request: SignedS3, body: string, code: string, status: number): Promise<void> {
  const answer = await sendS3(gateway.endpoint, { ...request, body });
  assert.deepEqual([answer.status, answer.code], [status, code], answer.body);
  assert.equal(isStored(request), false);
}

describe('an upload of signed chunks', () => {
  const form = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';

  test('is stored when it is whole', async () => {
    const request = upload(form);
    const answer = await sendS3(gateway.endpoint, { ...request, body: signChunks(request, pieces).join('') });
    assert.equal(answer.status, 200, answer.body);
    assert.equal(store.objects.get(request.target)?.toString(), decoded);
    const names = store.requests.at(-1)?.rawHeaders.map((name) => name.toLowerCase());
    for (const name of ['content-encoding', 'x-amz-decoded-content-length'])
      assert.ok(!names?.includes(name));
  });

  const changes: readonly (readonly [string, (chunks: readonly string[]) => string, string, number])[] = [
    ['with a changed byte', (all) => all.join('').replace('zzz', 'zXz'), 'SignatureDoesNotMatch', 403],
    [
      'with two chunks exchanged',
      ([a, b, ...rest]) => [b, a, ...rest].join(''),
      'SignatureDoesNotMatch',
      403,
    ],
    ['with a chunk twice', ([a, ...rest]) => [a, a, ...rest].join(''), 'SignatureDoesNotMatch', 403],
    ['without its last chunk', (all) => all.slice(0, 3).join(''), 'IncompleteBody', 400],
    ['without a chunk', ([a, , ...rest]) => [a, ...rest].join(''), 'SignatureDoesNotMatch', 403],
    ['that goes on after its end', (all) => `${all.join('')}more`, 'InvalidRequest', 400],
    ['that is not in chunks', () => decoded, 'InvalidRequest', 400],
  ];
  for (const [what, change, code, status] of changes)
    test(`is refused ${what}`, async () => {
      const request = upload(form);
      await refuses(request, change(signChunks(request, pieces)), code, status);
    });

  test('is refused when it is not as long as it says', async () => {
    for (const length of [decoded.length - 1, decoded.length + 1]) {
      const request = upload(form, [], length);
      await refuses(request, signChunks(request, pieces).join(''), 'IncompleteBody', 400);
    }
  });

  test('leaves nothing when the client goes away in the middle', async () => {
    const request = upload(form);
    const body = signChunks(request, pieces).join('');
    await sendS3(
      gateway.endpoint,
      { ...request, body: body.slice(0, 12_000) },
      { length: body.length, cut: true },
    );
    assert.equal(isStored(request), false);
  });
});

describe('an upload of chunks with a trailer', () => {
  const form = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  const trailer = [['x-amz-trailer', 'x-amz-checksum-sha256']] as const;
  const checksum = createHash('sha256').update(decoded).digest('base64');
  const chunks = `${decoded.length.toString(16)}\r\n${decoded}\r\n0\r\n`;

  test('is stored when the checksum is right', async () => {
    const request = upload(form, trailer);
    const body = `${chunks}x-amz-checksum-sha256:${checksum}\r\n\r\n`;
    assert.equal((await sendS3(gateway.endpoint, { ...request, body })).status, 200);
    assert.equal(isStored(request), true);
  });

  test('is refused with another checksum, another trailer, or none', async () => {
    for (const [end, code] of [
      [`x-amz-checksum-sha256:${createHash('sha256').digest('base64')}\r\n\r\n`, 'BadDigest'],
      ['x-amz-checksum-crc32:AAAAAA==\r\n\r\n', 'MalformedTrailerError'],
      [`x-amz-checksum-sha256:${checksum}\r\nx-amz-acl:public-read\r\n\r\n`, 'MalformedTrailerError'],
      ['\r\n', 'MalformedTrailerError'],
      ['', 'IncompleteBody'],
    ] as const)
      await refuses(upload(form, trailer), chunks + end, code, 400);
  });
});

describe('an upload whose hash was signed', () => {
  test('is refused with another body, and leaves nothing', async () => {
    const target = '/photos/hashed';
    const request = signS3(gateway.endpoint, { target, body: decoded }, gateway.service.root);
    await refuses(request, decoded.replace('zzz', 'zXz'), 'XAmzContentSHA256Mismatch', 400);
    await refuses(
      signS3(
        gateway.endpoint,
        { target, declared: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' },
        gateway.service.root,
      ),
      decoded,
      'InvalidArgument',
      400,
    );
    assert.equal((await sendS3(gateway.endpoint, request)).status, 200);
  });

  test('is refused with a header that was added after signing', async () => {
    const request = signS3(gateway.endpoint, { target: '/photos/added', body: 'a' }, gateway.service.root);
    for (const [name, value] of [
      ['x-amz-acl', 'public-read'],
      ['x-amz-copy-source', '/photos/hashed'],
      ['x-amz-meta-a', 'b'],
    ] as const) {
      const answer = await sendS3(gateway.endpoint, request, { extra: `${name}: ${value}\r\n` });
      assert.equal(answer.status >= 400, true, answer.body);
      assert.equal(isStored(request), false);
    }
  });
});
