import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { ChunkedPayload, type ChunkedPayloadOptions, deriveSigningKey } from './index.ts';

// The credentials, day and signatures of the examples in the Amazon S3 API Reference.
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const amzDate = '20130524T000000Z';
const scope = {
  accessKeyId: credentials.accessKeyId,
  date: '20130524',
  region: 'us-east-1',
  service: 's3',
  terminator: 'aws4_request',
};
const signingKey = deriveSigningKey(credentials.secretAccessKey, '20130524', 'us-east-1', 's3');
const plainSeed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const trailerSeed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e';
const signing = { signingKey, amzDate, scope, seed: plainSeed };

function decode(options: ChunkedPayloadOptions, body: Uint8Array, pieceBytes = body.length) {
  const payload = new ChunkedPayload(options);
  const decoded: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += pieceBytes)
    decoded.push(...payload.push(body.subarray(at, at + pieceBytes)));
  return { trailer: payload.end(), bytes: Buffer.concat(decoded) };
}

/** The other signer: chunk after chunk, each over the one before. */
async function signChunks(pieces: readonly string[], seed = plainSeed): Promise<string[]> {
  const signer = new SignatureV4({ credentials, region: 'us-east-1', service: 's3', sha256: Sha256 });
  const chunks: string[] = [];
  let previous = seed;
  for (const piece of [...pieces, '']) {
    const text = [
      'AWS4-HMAC-SHA256-PAYLOAD',
      amzDate,
      '20130524/us-east-1/s3/aws4_request',
      previous,
      hash('sha256', ''),
      hash('sha256', piece),
    ].join('\n');
    previous = await signer.sign(text, { signingDate: new Date('2013-05-24T00:00:00Z') });
    chunks.push(`${Buffer.byteLength(piece).toString(16)};chunk-signature=${previous}\r\n${piece}\r\n`);
  }
  return chunks;
}

async function signTrailer(line: string, previous: string): Promise<string> {
  const signer = new SignatureV4({ credentials, region: 'us-east-1', service: 's3', sha256: Sha256 });
  const text = [
    'AWS4-HMAC-SHA256-TRAILER',
    amzDate,
    '20130524/us-east-1/s3/aws4_request',
    previous,
    hash('sha256', line),
  ].join('\n');
  return signer.sign(text, { signingDate: new Date('2013-05-24T00:00:00Z') });
}

const mismatch = {
  code: 'SignatureDoesNotMatch',
  message:
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
};
const cut = { code: 'IncompleteBody', message: 'The request body terminated unexpectedly' };
const tooLong = {
  code: 'IncompleteBody',
  message:
    'You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header.',
};
const goesOn = { code: 'InvalidRequest', message: 'The body goes on after its last chunk.' };
const noSize = { code: 'InvalidRequest', message: 'The size of a chunk is not one.' };
const wrongLength = { code: 'InvalidRequest', message: 'A chunk is longer or shorter than it says.' };
const badTrailer = {
  code: 'MalformedTrailerError',
  message:
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
};

describe('a body of signed chunks', () => {
  const published = [
    [65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
    [1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
    [0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
  ] as const;

  test('is taken apart as published', () => {
    const body = published
      .map(
        ([size, signature]) => `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`,
      )
      .join('');
    const { bytes } = decode({ decodedLength: 66_560, signing, hasTrailer: false }, Buffer.from(body));
    assert.equal(bytes.toString(), 'a'.repeat(66_560));
  });

  let chunks: string[];
  before(async () => {
    chunks = await signChunks(['first', 'second', 'third']);
  });
  const decodedLength = 'firstsecondthird'.length;
  const read = (body: string, length = decodedLength, more: Partial<typeof signing> = {}) =>
    decode(
      { decodedLength: length, signing: { ...signing, ...more }, hasTrailer: false },
      Buffer.from(body),
    ).bytes.toString();

  test('is the same however its bytes come', () => {
    const body = Buffer.from(chunks.join(''));
    for (let size = 1; size <= body.length; size++) {
      const { bytes } = decode({ decodedLength, signing, hasTrailer: false }, body, size);
      assert.equal(bytes.toString(), 'firstsecondthird');
    }
  });

  test('may be empty', async () => {
    assert.equal(read((await signChunks([])).join(''), 0), '');
  });

  const hostile: readonly (readonly [string, (chunks: readonly string[]) => string, object])[] = [
    ['a changed byte', ([a, b = '', c, d]) => [a, b.replace('second', 'secoXd'), c, d].join(''), mismatch],
    ['a changed signature', (all) => all.join('').replace(/e=(\w{63})\w/, 'e=f$1'), mismatch],
    ['two chunks in each other’s place', ([a, b, c, d]) => [b, a, c, d].join(''), mismatch],
    ['a chunk twice', ([a, b, c, d]) => [a, a, b, c, d].join(''), mismatch],
    ['a chunk left out', ([a, , c, d]) => [a, c, d].join(''), mismatch],
    ['the last chunk left out', (all) => all.slice(0, 3).join(''), cut],
    ['the end cut off', (all) => all.join('').slice(0, -2), cut],
    ['the end cut within a chunk', ([a, b = '']) => `${a}${b.slice(0, -4)}`, cut],
    ['an early last chunk', ([a, b, , d]) => [a, b, d].join(''), mismatch],
    ['bytes after the end', (all) => `${all.join('')}more`, goesOn],
    ['another request after the end', (all) => `${all.join('')}GET / HTTP/1.1\r\n\r\n`, goesOn],
    ['a size that is no number', ([, ...rest]) => ['x;chunk-signature=\r\n', ...rest].join(''), noSize],
    ['a negative size', (all) => all.join('').replace('5;', '-5;'), noSize],
    ['a chunk without signature', (all) => all.join('').replace(/;chunk-signature=\w+/, ''), noSize],
    ['a second extension', (all) => all.join('').replace('\r\n', ';a=b\r\n'), noSize],
    ['a size line without end', () => '0'.repeat(5000), noSize],
    ['a chunk that is longer than it says', (all) => all.join('').replace('third', 'third!'), wrongLength],
    [
      'a chunk without its line end',
      (all) => all.join('').replace('first\r\n', 'firstXY'),
      { code: 'InvalidRequest' },
    ],
    ['a line feed alone', (all) => all.join('').replace('first\r\n', 'first\n'), wrongLength],
  ];
  for (const [what, change, expected] of hostile)
    test(`is refused with ${what}`, () => {
      assert.throws(() => read(change(chunks)), { name: 'PayloadError', ...expected });
    });

  test('is refused when it is not as long as announced', () => {
    assert.throws(() => read(chunks.join(''), decodedLength + 1), { ...cut });
    assert.throws(() => read(chunks.join(''), decodedLength - 1), { ...tooLong });
  });

  test('is refused after another request, on another day and with another key', () => {
    assert.throws(() => read(chunks.join(''), decodedLength, { seed: trailerSeed }), mismatch);
    assert.throws(() => read(chunks.join(''), decodedLength, { amzDate: '20130524T000001Z' }), mismatch);
    const other = deriveSigningKey('another secret', '20130524', 'us-east-1', 's3');
    assert.throws(() => read(chunks.join(''), decodedLength, { signingKey: other }), mismatch);
  });
});

describe('a body of signed chunks with a trailer', () => {
  const options = { decodedLength: 5, signing, hasTrailer: true };
  const line = 'x-amz-checksum-crc32c:sOO8/Q==';
  let body: string;
  let signature: string;
  before(async () => {
    const [first = '', last = ''] = await signChunks(['first']);
    signature = await signTrailer(`${line}\n`, /=(\w+)/.exec(last)?.[1] ?? '');
    body = `${first}${last.slice(0, -2)}`;
  });
  const read = (trailer: string) => decode(options, Buffer.from(body + trailer));

  test('is taken apart as published', () => {
    const published = [
      [65_536, 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2'],
      [1024, '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7'],
    ] as const;
    const text = published
      .map(([size, of]) => `${size.toString(16)};chunk-signature=${of}\r\n${'a'.repeat(size)}\r\n`)
      .join('');
    const end =
      '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n' +
      `${line}\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n`;
    const { trailer } = decode(
      { decodedLength: 66_560, signing: { ...signing, seed: trailerSeed }, hasTrailer: true },
      Buffer.from(text + end),
    );
    assert.deepEqual([...trailer], [['x-amz-checksum-crc32c', 'sOO8/Q==']]);
  });

  test('gives its trailer, whichever way clients end its lines', () => {
    for (const end of [
      `${line}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`,
      `${line}\n\r\nx-amz-trailer-signature:${signature}\r\n\r\n`,
    ])
      assert.deepEqual([...read(end).trailer], [['x-amz-checksum-crc32c', 'sOO8/Q==']]);
  });

  test('may have several lines, which are signed together', async () => {
    const last = /=(\w+)\r\n$/.exec(body)?.[1] ?? '';
    const both = await signTrailer(`${line}\nx-amz-meta-a:b\n`, last);
    const { trailer } = read(`${line}\r\nX-Amz-Meta-A: b\r\nx-amz-trailer-signature:${both}\r\n\r\n`);
    assert.deepEqual(
      [...trailer],
      [
        ['x-amz-checksum-crc32c', 'sOO8/Q=='],
        ['x-amz-meta-a', 'b'],
      ],
    );
  });

  test('is refused with a trailer that is not the signed one', () => {
    for (const [end, expected] of [
      [`${line.replace('sO', 'SO')}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`, mismatch],
      [`${line}\r\nx-amz-meta-a:b\r\nx-amz-trailer-signature:${signature}\r\n\r\n`, mismatch],
      [`x-amz-trailer-signature:${signature}\r\n\r\n`, mismatch],
      [`${line}\r\n\r\n`, mismatch],
      [`${line}\r\nx-amz-trailer-signature:${signature}0\r\n\r\n`, mismatch],
      [`${line}\r\nx-amz-trailer-signature:x${signature}\r\n\r\n`, mismatch],
      [`${line}\r\n${line}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`, badTrailer],
      ['no trailer\r\n\r\n', badTrailer],
      [`a:${'b'.repeat(9000)}\r\n\r\n`, badTrailer],
      ['', cut],
      [`${line}\r\nx-amz-trailer-signature:${signature}`, cut],
    ] as const)
      assert.throws(() => read(end), expected, end.slice(0, 100));
  });
});

describe('a body of chunks that are not signed', () => {
  const options = { decodedLength: 11, hasTrailer: true };
  const body = '6\r\nhello \r\n5\r\nworld\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';

  test('gives its bytes and its trailer', () => {
    for (let size = 1; size <= body.length; size++) {
      const { bytes, trailer } = decode(options, Buffer.from(body), size);
      assert.equal(bytes.toString(), 'hello world');
      assert.deepEqual([...trailer], [['x-amz-checksum-crc32', 'DUoRhQ==']]);
    }
  });

  test('is refused with a signature, cut, or another length', () => {
    const signature = '0'.repeat(64);
    for (const [text, expected] of [
      [body.replace('6', `6;chunk-signature=${signature}`), noSize],
      [body.replace('==', `==\r\nx-amz-trailer-signature:${signature}`), badTrailer],
      [body.replace('5\r\nworld', '4\r\nworl'), cut],
      [body.replace('5\r\nworld', '6\r\nworlds'), tooLong],
      [body.slice(0, 20), cut],
      [body.slice(0, 25), cut],
    ] as const)
      assert.throws(() => decode(options, Buffer.from(text)), expected, text);
  });

  const plain = (text: string, decodedLength = 5, hasTrailer = false) =>
    decode({ decodedLength, hasTrailer }, Buffer.from(text, 'latin1'));

  test('may have no trailer, and then ends after its last chunk', () => {
    const whole = '5\r\nhello\r\n0\r\n\r\n';
    for (let length = 0; length < whole.length - 1; length++)
      assert.throws(() => plain(whole.slice(0, length)), cut, whole.slice(0, length));
    const { bytes, trailer } = plain(whole);
    assert.equal(bytes.toString(), 'hello');
    assert.deepEqual([...trailer], []);
    for (const [end, expected] of [
      ['', cut],
      ['\r', goesOn],
      ['\n', goesOn],
      ['ab', goesOn],
      ['\r\n\n', goesOn],
    ] as const)
      assert.throws(() => plain(`5\r\nhello\r\n0\r\n${end}`), expected, JSON.stringify(end));
  });

  test('counts in hexadecimal of either case, of at most twelve digits', () => {
    const text = 'a'.repeat(171);
    for (const size of ['ab', 'AB', '0000000000Ab'])
      assert.equal(plain(`${size}\r\n${text}\r\n0\r\n\r\n`, 171).bytes.toString(), text);
    for (const size of ['00000000000ab', '', ' ab', 'ab ', '0xab', 'g'])
      assert.throws(() => plain(`${size}\r\n${text}\r\n0\r\n\r\n`, 171), noSize, size);
    assert.throws(() => plain(`ab\n${text}\r\n0\r\n\r\n`, 171), noSize);
  });

  test('keeps at most 128 bytes of a line of which no end has come', () => {
    const payload = new ChunkedPayload({ decodedLength: 5, hasTrailer: false });
    payload.push(Buffer.alloc(100, '0'));
    payload.push(Buffer.alloc(28, '0'));
    assert.throws(() => payload.push(Buffer.from('0')), noSize);
  });

  test('has a trailer of printable lines and at most 8192 bytes', () => {
    const trailer = (lines: string) => [...plain(`5\r\nhello\r\n0\r\n${lines}\r\n`, 5, true).trailer];
    assert.deepEqual(trailer('A-1: \tb c~ \r\nd:!\r\n'), [
      ['a-1', 'b c~'],
      ['d', '!'],
    ]);
    const longest = `a:${'b'.repeat(8192 - 6)}\r\n`;
    assert.equal(trailer(longest)[0]?.[1]?.length, 8186);
    for (const lines of [
      `b${longest}`,
      'a:\r\n',
      'a: \r\n',
      ':b\r\n',
      ' a:b\r\n',
      'a b:c\r\n',
      'a_b:c\r\n',
      'a:b\u0000c\r\n',
      'a:b\u00e9\r\n',
      'a:\u00e9b\r\n',
      'a:b\u007f\r\n',
      'a:b\r\nA:b\r\n',
    ])
      assert.throws(() => trailer(lines), badTrailer, JSON.stringify(lines.slice(0, 20)));
    assert.throws(() => plain('5\r\nhello\r\n0\r\na:b', 5, true), cut);
    assert.throws(() => plain('5\r\nhello\r\n0\r\na:b\n', 5, true), cut);
  });
});
