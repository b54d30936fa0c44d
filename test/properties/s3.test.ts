import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  bodyLimitBytes,
  encodeDeleteBody,
  multiDeleteQuestions,
  parseS3Body,
  parseS3Request,
  type S3Request,
  S3RequestError,
  type S3RequestOptions,
  s3Questions,
  upstreamHeaders,
  upstreamTarget,
} from '#core/s3';

const domain = 'gw.example';
const facts = { ownerAccount: '111122223333', now: 0 };

/** What keys are made of, and what tricks are made of. */
const harmless = [
  'a',
  '/a',
  'photos',
  '/secrets',
  'acl',
  '.x',
  '%61',
  '%20',
  '%C3%A4',
  '%2Fb',
  '%252e',
  '+',
  '%5Cb',
  ';',
];
const tricks = [
  ...[
    '/',
    '//',
    '.',
    '..',
    '%2e',
    '%2E%2e',
    '%2F',
    '%5C',
    '\\',
    '%00',
    '%252F',
    '%25',
    '%C0%AE',
    '%FF',
    '%zz',
  ],
  ...['%', '#', '?', '&', '=', 'ä', ' ', '%ED%A0%80', '*', '%3F', '%0D%0A', '%EF%BC%8E', ':', '@', 'policy'],
];
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...harmless) },
  { weight: 1, arbitrary: fc.constantFrom(...tricks) },
);
const tricky = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
const parameterNames = [
  ...['acl', 'policy', 'tagging', 'uploads', 'uploadId', 'partNumber', 'versionId', 'list-type', 'prefix'],
  ...['delimiter', 'max-keys', 'x-id', 'x-amz-acl', 'X-Amz-Signature', 'delete', 'restore', 'select', 'foo'],
];
const query = fc
  .array(
    fc.tuple(fc.constantFrom(...parameterNames), fc.constantFrom('', '=', '=1', '=2', '=a%2Fb', '=%2e%2e/')),
    {
      maxLength: 4,
    },
  )
  .map((parts) => parts.map((part) => part.join('')).join('&'));
const target = fc.oneof(
  fc.tuple(tricky, query).map(([path, text]) => `/photos/${path}${text === '' ? '' : `?${text}`}`),
  fc.tuple(tricky, query).map(([path, text]) => `/${path}?${text}`),
  tricky,
);
const method = fc.constantFrom('GET', 'GET', 'HEAD', 'PUT', 'PUT', 'POST', 'DELETE', 'OPTIONS');
const host = fc.constantFrom('127.0.0.1', 'photos.gw.example', 'a.b.gw.example:80', domain, '.gw.example');
const headers = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'x-amz-copy-source',
        'x-amz-acl',
        'X-Amz-Acl',
        'x-amz-tagging',
        'content-type',
        'range',
      ),
      tricky,
    ),
    { maxLength: 1 },
  )
  .map((pairs) => pairs.flat());
const options: fc.Arbitrary<S3RequestOptions> = fc.constantFrom(
  { domain },
  { domain, emptySegments: 'keep' as const },
);

/** The request's meaning, or undefined when it is refused; anything but a refusal is a bug. */
function understand(
  wire: Parameters<typeof parseS3Request>[0],
  given: S3RequestOptions,
): S3Request | undefined {
  try {
    return parseS3Request(wire, given);
  } catch (error) {
    assert(error instanceof S3RequestError, String(error));
    return undefined;
  }
}

/**
 * The object a store fetches for a target, read by another hand: whatever the store does about dots, escaped slashes or, if it merges them,
 * empty segments, none of it may move the key.
 */
function fetchedFrom(text: string): { readonly bucket: string; readonly key: string } {
  const { pathname } = new URL(text, 'http://store');
  assert.equal(pathname, text.split('?')[0], 'a URL parser changes the path');
  const [, bucket = '', ...rest] = pathname.split('/');
  return { bucket, key: Buffer.from(rest.map((part) => decodeURIComponent(part)).join('/')).toString() };
}

describe('every S3 request that is understood', () => {
  test('fetches the key that it is decided by, from the bucket that it is decided by', () => {
    let accepted = 0;
    fc.assert(
      fc.property(method, target, headers, host, options, (verb, text, rawHeaders, name, given) => {
        const request = understand({ method: verb, target: text, rawHeaders, host: name }, given);
        if (request === undefined) return;
        accepted += 1;
        const upstream = upstreamTarget(request);
        assert.match(upstream, /^\/[A-Za-z0-9._~%/=&?-]*$/);
        const fetched = fetchedFrom(upstream);
        assert.equal(fetched.bucket, request.bucket ?? '');
        assert.equal(fetched.key, request.key ?? '');
        if (given.emptySegments !== 'keep') assert(!/^\/|\/\//.test(fetched.key), fetched.key);
        if (request.operation === 'PostObject' || request.operation === 'DeleteObjects') return;
        if (bodyLimitBytes(request) !== undefined) return;
        for (const { action, resource } of s3Questions(request, facts)) {
          const isSource = action.startsWith('s3:GetObject') && request.copySource !== undefined;
          const from: { readonly bucket: string; readonly key: string } = isSource
            ? request.copySource
            : fetched;
          const path = from.key === '' ? from.bucket : `${from.bucket}/${from.key}`;
          assert.equal(resource, `arn:aws:s3:::${path === '' ? '*' : path}`);
        }
      }),
      { numRuns: 60_000 },
    );
    assert(accepted > 2_000, String(accepted));
  });

  test('means the same when it is read again from what is sent to the store', () => {
    fc.assert(
      fc.property(method, target, headers, host, options, (verb, text, rawHeaders, name, given) => {
        const request = understand({ method: verb, target: text, rawHeaders, host: name }, given);
        if (request === undefined || request.operation === 'PostObject') return;
        const wire = {
          method: request.method,
          target: upstreamTarget(request),
          rawHeaders: [...upstreamHeaders(request)].flat(),
          host: 'store',
        };
        assert.deepEqual(parseS3Request(wire, given), { ...request, style: 'path' });
      }),
      { numRuns: 20_000 },
    );
  });

  test('has no more than one subresource', () => {
    fc.assert(
      fc.property(
        method,
        fc.uniqueArray(
          fc.constantFrom('acl', 'tagging', 'retention', 'legal-hold', 'torrent', 'uploads', 'restore'),
          {
            minLength: 2,
            maxLength: 3,
          },
        ),
        (verb, names) => {
          const wire = { method: verb, target: `/photos/a?${names.join('&')}`, rawHeaders: [], host: 'h' };
          assert.equal(understand(wire, {}), undefined);
        },
      ),
    );
  });
});

describe('any key', () => {
  const key = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 60 })
    .filter((text) => text.isWellFormed() && !text.includes('\0'));

  test('is served under its own name, however it is escaped, or refused', () => {
    fc.assert(
      fc.property(key, fc.boolean(), (text, isWhole) => {
        const escaped = isWhole
          ? Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
          : text.split('/').map(encodeURIComponent).join('/');
        const wire = { method: 'GET', target: `/photos/${escaped}`, rawHeaders: [], host: 'h' };
        const request = understand(wire, { emptySegments: 'keep' });
        const isDotted = text.split(/[/\\]/).some((part) => part === '.' || part === '..');
        assert.equal(request?.key, isDotted ? undefined : text);
      }),
      { numRuns: 5_000 },
    );
  });

  test('is copied from under its own name', () => {
    fc.assert(
      fc.property(key, (text) => {
        const rawHeaders = ['x-amz-copy-source', `other/${encodeURIComponent(text)}`];
        const wire = { method: 'PUT', target: '/photos/a', rawHeaders, host: 'h' };
        const request = understand(wire, { emptySegments: 'keep' });
        if (request === undefined) return;
        assert.equal(request.copySource?.key, text);
        const header = upstreamHeaders(request).get('x-amz-copy-source') ?? '';
        assert.deepEqual(fetchedFrom(`/${header}`), { bucket: 'other', key: text });
      }),
      { numRuns: 2_000 },
    );
  });

  test('is deleted under its own name, or the whole request is refused', () => {
    const request = parseS3Request({ method: 'POST', target: '/photos?delete', rawHeaders: [], host: 'h' });
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), (names) => {
        const sent = encodeDeleteBody(
          names.map((name) => ({ key: name })),
          false,
        );
        try {
          const body = parseS3Body(request, Buffer.from(sent), { emptySegments: 'keep' });
          assert(body.kind === 'delete');
          const asked = multiDeleteQuestions(request, body.entries, { ...facts, body });
          // What XML cannot carry is written as U+FFFD: that, then, is the key that is decided and deleted.
          const carried = names.map((name) =>
            name.replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd'),
          );
          assert.deepEqual(
            asked.map(({ questions }) => questions.map(({ resource }) => resource)),
            carried.map((name) => [`arn:aws:s3:::photos/${name}`]),
          );
        } catch (error) {
          if (!(error instanceof S3RequestError)) throw error;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('any body', () => {
  test('is read or refused, and what is read is read again alike', () => {
    const words = [
      '<',
      '>',
      '</',
      '/>',
      'Delete',
      'Object',
      'Key',
      '<Key>',
      '</Key>',
      '&',
      '&amp;',
      '<!--',
      '-->',
    ];
    const noise = fc.array(fc.constantFrom(...words, '<![CDATA[', ']]>', '<!DOCTYPE', ' ', 'a', '"', '='));
    const request = parseS3Request({ method: 'POST', target: '/photos?delete', rawHeaders: [], host: 'h' });
    fc.assert(
      fc.property(noise, fc.boolean(), (parts, isFramed) => {
        const text = parts.join('');
        const whole = isFramed ? `<Delete><Object><Key>k${text}</Key></Object></Delete>` : text;
        try {
          const { xml, ...body } = parseS3Body(request, Buffer.from(whole));
          assert.deepEqual(parseS3Body(request, Buffer.from(xml)), { ...body, xml });
        } catch (error) {
          assert(error instanceof S3RequestError, String(error));
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
