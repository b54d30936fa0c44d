import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  canonicalRequest,
  checkSignature,
  deriveSigningKey,
  type Expected,
  hashBody,
  type ParsedSignature,
  parseSignature,
  SigV4Error,
  type SigV4ErrorCode,
  stringToSign,
  verifySignature,
  verifyTextSignature,
} from './index.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const scope = 'AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/sts/aws4_request';
const digits = '0'.repeat(64);
const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${digits}`;
const date = '20260102T030405Z';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

function parse(headers: Headers, target = '/', method = 'GET'): ParsedSignature {
  const rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : (typeof value === 'string' ? [value] : value).flatMap((item) => [name, item]),
  );
  return parseSignature({ method, target, rawHeaders });
}

const header = (changed: Headers = {}, target = '/'): ParsedSignature =>
  parse({ Host: 'sts.amazonaws.com', Authorization: authorization, 'X-Amz-Date': date, ...changed }, target);

const presigned: Readonly<Record<string, string>> = {
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': scope,
  'X-Amz-Date': date,
  'X-Amz-Expires': '60',
  'X-Amz-SignedHeaders': 'host',
  'X-Amz-Signature': digits,
};

function query(
  changed: Readonly<Record<string, string | undefined>> = {},
  headers: Headers = {},
): ParsedSignature {
  const text = Object.entries({ ...presigned, ...changed })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&');
  return parse({ Host: 'sts.amazonaws.com', ...headers }, `/?${text}`);
}

function refuses(run: () => unknown, code: SigV4ErrorCode, message: string): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof SigV4Error);
    assert.equal(error.name, 'SigV4Error');
    assert.equal(error.code, code);
    assert.equal(error.message, message);
    return true;
  });
}

describe('the presence of a signature', () => {
  const message = 'Request is missing Authentication Token';

  test('none at all is a missing token', () => {
    refuses(() => parse({ Host: 'sts' }), 'MissingAuthenticationToken', message);
  });

  test('a credential, date or token in the query alone are no signature', () => {
    for (const name of ['X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Security-Token', 'x-amz-algorithm']) {
      refuses(() => parse({ Host: 'sts' }, `/?${name}=x`), 'MissingAuthenticationToken', message);
    }
  });

  test('a query string that cannot be decoded carries none', () => {
    refuses(() => parse({ Host: 'sts' }, '/?X-Amz-Algorithm=%FF'), 'MissingAuthenticationToken', message);
  });

  test('both forms at once are refused before either is read', () => {
    refuses(
      () => query({ 'X-Amz-Signature': undefined }, { Authorization: 'nonsense' }),
      'IncompleteSignature',
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
  });
});

describe('the structure of an Authorization header', () => {
  test('is read whole', () => {
    const { request, ...parsed } = header({
      'X-Amz-Security-Token': 'token',
      'X-Amz-Content-Sha256': 'hash',
    });
    assert.deepEqual(parsed, {
      form: 'header',
      algorithm: 'AWS4-HMAC-SHA256',
      scope: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        date: '20260102',
        region: 'us-east-1',
        service: 'sts',
        terminator: 'aws4_request',
      },
      signedHeaders: ['host', 'x-amz-date'],
      signature: digits,
      instant: now,
      amzDate: date,
      sessionToken: 'token',
      contentSha256: 'hash',
    });
    assert.equal(request.target, '/');
  });

  test('does not depend on the spaces between its parameters, nor on their order', () => {
    const spaced = `AWS4-HMAC-SHA256  Signature=${digits},Credential=${scope} ,  SignedHeaders=host;x-amz-date`;
    assert.deepEqual(header({ Authorization: spaced }).scope, header().scope);
  });

  const missing = {
    credential: "Authorization header requires 'Credential' parameter. ",
    signature: "Authorization header requires 'Signature' parameter. ",
    signedHeaders: "Authorization header requires 'SignedHeaders' parameter. ",
    date: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
  };
  const incomplete: readonly (readonly [text: string, dated: boolean, expected: string])[] = [
    [`AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00`, true, missing.credential],
    [`AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host`, true, missing.signature],
    [`AWS4-HMAC-SHA256 Credential=${scope}, Signature=00`, true, missing.signedHeaders],
    [`AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`, false, missing.date],
    [
      `AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=`,
      true,
      missing.credential + missing.signature + missing.signedHeaders,
    ],
    ['AWS4-HMAC-SHA256', false, Object.values(missing).join('')],
    ['', false, Object.values(missing).join('')],
    ['Basic dXNlcjpwYXNz=', false, Object.values(missing).join('')],
  ];
  for (const [text, dated, expected] of incomplete) {
    test(`'${text}'${dated ? '' : ' without a date'} says all that is missing, in order`, () => {
      refuses(
        () => header({ Authorization: text, 'X-Amz-Date': dated ? date : undefined }),
        'IncompleteSignature',
        `${expected}Authorization=${text}`,
      );
    });
  }

  test('a parameter without an equal sign is named, before anything that is missing', () => {
    refuses(
      () => header({ Authorization: 'Bearer eyJhbGciOiJub25lIn0', 'X-Amz-Date': undefined }),
      'IncompleteSignature',
      "'eyJhbGciOiJub25lIn0' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer eyJhbGciOiJub25lIn0'.",
    );
  });

  test('a parameter that comes twice is refused', () => {
    const text = `${authorization}, Signature=${digits}`;
    refuses(
      () => header({ Authorization: text }),
      'IncompleteSignature',
      `Authorization header has more than one 'Signature' parameter. Authorization=${text}`,
    );
  });

  test('another algorithm is refused, SigV4A and an unsigned one included', () => {
    for (const algorithm of ['AWS4-HMAC-SHA1', 'AWS4-ECDSA-P256-SHA256', 'aws4-hmac-sha256', 'AWS', 'NONE']) {
      refuses(
        () => header({ Authorization: authorization.replace('AWS4-HMAC-SHA256', algorithm) }),
        'IncompleteSignature',
        `Unsupported AWS 'algorithm': '${algorithm}'.`,
      );
    }
  });

  for (const text of [
    '2026-01-02T03:04:05Z',
    '20260102T030405',
    '20260230T030405Z',
    '20260102T250405Z',
    'now',
    '',
  ]) {
    test(`the date '${text}' is none`, () => {
      refuses(
        () => header({ 'X-Amz-Date': text === '' ? ' ' : text }),
        'IncompleteSignature',
        `Date must be in ISO-8601 'basic format'. Got '${text === '' ? ' ' : text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      );
    });
  }

  test('the date is refused before the credential is read', () => {
    refuses(
      () => header({ Authorization: authorization.replace(scope, 'key'), 'X-Amz-Date': 'now' }),
      'IncompleteSignature',
      "Date must be in ISO-8601 'basic format'. Got 'now'. See http://en.wikipedia.org/wiki/ISO_8601",
    );
  });

  test('a Date header may be in the form of HTTP, and yields to X-Amz-Date', () => {
    const http = 'Fri, 02 Jan 2026 03:04:05 GMT';
    assert.equal(header({ 'X-Amz-Date': undefined, Date: http }).instant, now);
    assert.equal(header({ 'X-Amz-Date': undefined, Date: http }).amzDate, date);
    assert.equal(header({ 'X-Amz-Date': undefined, Date: date }).instant, now);
    assert.equal(header({ Date: 'Thu, 01 Jan 1970 00:00:00 GMT' }).instant, now);
  });

  for (const text of [
    '1 GMT',
    'Fri, 02 Jan 2026 03:04:05 +0000',
    'Thu, 02 Jan 2026 03:04:05 GMT',
    '2026-01-02 GMT',
  ]) {
    test(`the Date header '${text}' is none`, () => {
      refuses(
        () => header({ 'X-Amz-Date': undefined, Date: text }),
        'IncompleteSignature',
        `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      );
    });
  }

  test('a Date header may come once', () => {
    refuses(
      () => header({ 'X-Amz-Date': undefined, Date: [date, date] }),
      'IncompleteSignature',
      "Found more than one 'Date' HTTP header.",
    );
  });

  test('a space before the algorithm makes it none', () => {
    refuses(
      () => header({ Authorization: ` ${authorization}` }),
      'IncompleteSignature',
      `Authorization header requires 'Credential' parameter. Authorization= ${authorization}`,
    );
    const fields = authorization.slice(authorization.indexOf(' '));
    refuses(
      () => header({ Authorization: fields }),
      'IncompleteSignature',
      "Unsupported AWS 'algorithm': ''.",
    );
  });

  test('parameters of other names are passed over, one without a name too', () => {
    assert.equal(header({ Authorization: `${authorization}, Other=x, =y` }).signature, digits);
  });

  test('X-Amz-Date may not be in the form of HTTP', () => {
    const http = 'Fri, 02 Jan 2026 03:04:05 GMT';
    refuses(
      () => header({ 'X-Amz-Date': http }),
      'IncompleteSignature',
      `Date must be in ISO-8601 'basic format'. Got '${http}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  });

  for (const credential of ['key', `${scope}/more`, scope.replace('/us-east-1', ''), `a/${scope}`]) {
    test(`the credential '${credential}' has not five parts`, () => {
      refuses(
        () => header({ Authorization: authorization.replace(scope, credential) }),
        'IncompleteSignature',
        `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
      );
    });
  }

  for (const [name, value] of Object.entries({
    Authorization: authorization,
    'X-Amz-Date': date,
    'X-Amz-Security-Token': 'token',
    'X-Amz-Content-Sha256': 'hash',
  })) {
    test(`${name} may come once`, () => {
      refuses(
        () => header({ [name]: [value, value] }),
        'IncompleteSignature',
        `Found more than one '${name}' HTTP header.`,
      );
    });
  }
});

describe('the structure of a presigned request', () => {
  test('is read whole, whatever X-Amz-Expires says', () => {
    const { request, ...parsed } = query({
      'X-Amz-Security-Token': 'a+b/c=',
      'X-Amz-Content-Sha256': 'hash',
      'X-Amz-Expires': undefined,
    });
    const { request: _, ...inHeader } = header({
      'X-Amz-Security-Token': 'a+b/c=',
      'X-Amz-Content-Sha256': 'hash',
    });
    assert.deepEqual(parsed, { ...inHeader, form: 'query', signedHeaders: ['host'], expires: undefined });
    assert.match(request.target, /^\/\?X-Amz-Algorithm/);
  });

  const advice = 'Re-examine the query-string parameters.';
  for (const name of ['Credential', 'Signature', 'SignedHeaders', 'Date']) {
    test(`needs X-Amz-${name}`, () => {
      for (const value of [undefined, '']) {
        refuses(
          () => query({ [`X-Amz-${name}`]: value }),
          'IncompleteSignature',
          `AWS query-string parameters must include 'X-Amz-${name}'. ${advice}`,
        );
      }
    });
  }

  test('needs X-Amz-Algorithm beside X-Amz-Signature', () => {
    refuses(
      () => query({ 'X-Amz-Algorithm': undefined }),
      'IncompleteSignature',
      `AWS query-string parameters must include 'X-Amz-Algorithm'. ${advice}`,
    );
  });

  test('says all that is missing, in order', () => {
    refuses(
      () => parse({ Host: 'sts' }, '/?X-Amz-Algorithm='),
      'IncompleteSignature',
      "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. " +
        "AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. " +
        `AWS query-string parameters must include 'X-Amz-Date'. ${advice}`,
    );
  });

  for (const name of [...Object.keys(presigned), 'X-Amz-Security-Token', 'X-Amz-Content-Sha256']) {
    if (name === 'X-Amz-Expires') continue;
    test(`${name} may come once`, () => {
      const value = encodeURIComponent(presigned[name] ?? 'x');
      const target = `${query({ 'X-Amz-Security-Token': 't', 'X-Amz-Content-Sha256': 'h' }).request.target}&${name}=${value}`;
      refuses(
        () => parse({ Host: 'sts' }, target),
        'IncompleteSignature',
        `AWS query-string parameters must not repeat '${name}'. ${advice}`,
      );
    });
  }

  test('another algorithm is refused', () => {
    refuses(
      () => query({ 'X-Amz-Algorithm': 'AWS4-HMAC-SHA1' }),
      'IncompleteSignature',
      "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.",
    );
  });

  test('its date is in basic format only', () => {
    const http = 'Fri, 02 Jan 2026 03:04:05 GMT';
    refuses(
      () => query({ 'X-Amz-Date': http }),
      'IncompleteSignature',
      `Date must be in ISO-8601 'basic format'. Got '${http}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  });

  test('its token may come in the header instead, but not another one in each', () => {
    assert.equal(query({}, { 'X-Amz-Security-Token': 'a' }).sessionToken, 'a');
    assert.equal(query({ 'X-Amz-Security-Token': 'a' }, { 'X-Amz-Security-Token': 'a' }).sessionToken, 'a');
    refuses(
      () => query({ 'X-Amz-Security-Token': 'a' }, { 'X-Amz-Security-Token': 'b' }),
      'IncompleteSignature',
      "Found both 'X-Amz-Security-Token' as a query-string param and as HTTP header.",
    );
  });

  test('headers that stand for its parameters may come once', () => {
    assert.equal(query({}, { 'X-Amz-Content-Sha256': 'hash' }).contentSha256, 'hash');
    for (const name of ['X-Amz-Security-Token', 'X-Amz-Content-Sha256'])
      refuses(
        () => query({}, { [name]: ['a', 'a'] }),
        'IncompleteSignature',
        `Found more than one '${name}' HTTP header.`,
      );
  });

  test('parameters in another case are not its own', () => {
    const other = parse({ Host: 'sts' }, `${query().request.target}&x-amz-credential=other/1/2/3/4`);
    assert.equal(other.scope.accessKeyId, 'AKIAIOSFODNN7EXAMPLE');
  });
});

describe('the checks that need no key', () => {
  const expected: Expected = { now, service: 'sts', isRegion: (region) => region === 'us-east-1' };
  const mismatch = (signature: ParsedSignature, given: Partial<Expected>, message: string): void =>
    refuses(() => checkSignature(signature, { ...expected, ...given }), 'SignatureDoesNotMatch', message);
  const scoped = (text: string): ParsedSignature =>
    header({ Authorization: authorization.replace(scope, text) });

  test('pass a signature of the moment', () => {
    checkSignature(header(), expected);
    checkSignature(query(), expected);
  });

  test('fifteen minutes to the second, early and late, whatever the fraction of the clock', () => {
    for (const fraction of [0, 999]) {
      checkSignature(header(), { ...expected, now: now + 900_000 + fraction });
      checkSignature(header(), { ...expected, now: now - 900_000 + fraction });
      mismatch(
        header(),
        { now: now + 901_000 + fraction },
        'Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T031906Z - 15 min.)',
      );
      mismatch(
        header(),
        { now: now - 901_000 + fraction },
        'Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z (20260102T024904Z + 15 min.)',
      );
    }
  });

  test('fifteen minutes for a presigned request too, whatever its X-Amz-Expires', () => {
    for (const expires of ['1', '604800', 'never']) {
      checkSignature(query({ 'X-Amz-Expires': expires }), { ...expected, now: now + 900_000 });
      mismatch(
        query({ 'X-Amz-Expires': expires }),
        { now: now + 901_000 },
        'Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T031906Z - 15 min.)',
      );
    }
  });

  test('another skew is said in the message', () => {
    mismatch(
      header(),
      { now: now + 301_000, skewSeconds: 300 },
      'Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030906Z - 5 min.)',
    );
  });

  const hostNotSigned = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
  test('the host must be signed', () => {
    mismatch(header({ Authorization: authorization.replace('host;', '') }), {}, hostNotSigned);
    mismatch(query({ 'X-Amz-SignedHeaders': 'x-host' }), {}, hostNotSigned);
    checkSignature(header({ Authorization: authorization.replace('host', 'HOST') }), expected);
  });

  test('time comes before the host, and the host before the scope', () => {
    const broken = header({
      Authorization: `AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=x, Signature=${digits}`,
    });
    mismatch(
      broken,
      { now: now + 901_000 },
      'Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T031906Z - 15 min.)',
    );
    mismatch(broken, {}, hostNotSigned);
  });

  test('all that is wrong with a scope is said, in order', () => {
    mismatch(
      scoped('key/20260103/mars/s3/aws5'),
      {},
      'Credential should be scoped to a valid region. ' +
        "Credential should be scoped to correct service: 'sts'. " +
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. " +
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260103' != '20260102', from '20260102T030405Z'.",
    );
  });

  test('services other than STS name the Region they were given', () => {
    mismatch(
      scoped('key/20260102/mars/iam/aws4_request'),
      { service: 'iam' },
      "Credential should be scoped to a valid region, not 'mars'. ",
    );
  });

  test("a host's own Region is the only one it takes", () => {
    checkSignature(header(), { ...expected, region: 'us-east-1' });
    mismatch(header(), { region: 'eu-west-1' }, 'Credential should be scoped to a valid region. ');
  });

  test('service and terminator count in their case', () => {
    mismatch(
      scoped('key/20260102/us-east-1/STS/aws4_request'),
      {},
      "Credential should be scoped to correct service: 'sts'. ",
    );
  });
});

describe('a presigned request that is good until its expiry', () => {
  const check = (seconds: string | undefined, at: number) =>
    checkSignature(query({ 'X-Amz-Expires': seconds }), {
      now: at,
      service: 'sts',
      isRegion: () => true,
      presignedUntilExpiry: true,
    });

  test('is good for as long as it says and no longer', () => {
    for (const seconds of [1, 60, 604_800]) {
      check(String(seconds), now + seconds * 1000 - 1);
      assert.throws(() => check(String(seconds), now + seconds * 1000), {
        name: 'PresignedError',
        code: 'RequestExpired',
        message: 'Request has expired',
      });
    }
  });

  test('may be made by a clock that is fifteen minutes ahead, no more', () => {
    check('60', now - 900_000);
    assert.throws(() => check('60', now - 901_000), {
      code: 'RequestExpired',
      message: 'Request is not valid yet',
    });
  });

  test('must say how long', () => {
    for (const [seconds, message] of [
      [undefined, /^Query-string authentication version 4 requires/],
      ['', /^X-Amz-Expires should be a number$/],
      ['1e3', /^X-Amz-Expires should be a number$/],
      ['-1', /^X-Amz-Expires must be non-negative$/],
      ['0', /^X-Amz-Expires must be non-negative$/],
      ['604801', /^X-Amz-Expires must be less than a week/],
    ] as const)
      assert.throws(() => check(seconds, now), { code: 'AuthorizationQueryParametersError', message });
  });

  test('is in a header good for fifteen minutes as ever', () => {
    const options = { service: 'sts', isRegion: () => true, presignedUntilExpiry: true };
    refuses(
      () => checkSignature(header(), { ...options, now: now + 901_000 }),
      'SignatureDoesNotMatch',
      'Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T031906Z - 15 min.)',
    );
  });
});

describe('the proof of a signature', () => {
  const key = deriveSigningKey(secret, '20260102', 'us-east-1', 'sts');
  const body = Buffer.from('Action=GetCallerIdentity&Version=2011-06-15');

  /** The same request, signed with the key. */
  function sign(signature: ParsedSignature, bodySha256: string): ParsedSignature {
    const canonical = canonicalRequest(signature, bodySha256);
    assert.ok(canonical !== undefined);
    const text = stringToSign(signature, canonical);
    return { ...signature, signature: createHmac('sha256', key).update(text).digest('hex') };
  }

  const message =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

  test('holds for the body it was made with and no other', () => {
    const signed = sign(header(), hashBody(body));
    verifySignature(signed, key, hashBody(body));
    refuses(() => verifySignature(signed, key, hashBody(Buffer.alloc(0))), 'SignatureDoesNotMatch', message);
  });

  test('holds under no key of another secret, day, Region or service', () => {
    const signed = sign(header(), hashBody(body));
    for (const other of [
      deriveSigningKey(`${secret}x`, '20260102', 'us-east-1', 'sts'),
      deriveSigningKey(secret, '20260103', 'us-east-1', 'sts'),
      deriveSigningKey(secret, '20260102', 'us-east-2', 'sts'),
      deriveSigningKey(secret, '20260102', 'us-east-1', 'iam'),
    ]) {
      refuses(() => verifySignature(signed, other, hashBody(body)), 'SignatureDoesNotMatch', message);
    }
  });

  for (const declared of [
    'UNSIGNED-PAYLOAD',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    hashBody(Buffer.alloc(0)),
    '',
  ]) {
    test(`does not hold when the body's hash is said to be '${declared}', even where that is what was signed`, () => {
      const withHash = header({ 'X-Amz-Content-Sha256': declared });
      refuses(
        () => verifySignature(sign(withHash, hashBody(body)), key, hashBody(body)),
        'SignatureDoesNotMatch',
        message,
      );
      refuses(
        () => verifySignature(sign(withHash, declared), key, hashBody(body)),
        'SignatureDoesNotMatch',
        message,
      );
      const inQuery = query({ 'X-Amz-Content-Sha256': declared });
      refuses(
        () => verifySignature(sign(inQuery, hashBody(body)), key, hashBody(body)),
        'SignatureDoesNotMatch',
        message,
      );
    });
  }

  test('holds when the hash said is the real one', () => {
    const withHash = header({ 'X-Amz-Content-Sha256': hashBody(body) });
    verifySignature(sign(withHash, hashBody(body)), key, hashBody(body));
  });

  test('needs every header that is said to be signed, once', () => {
    for (const list of [
      'host;x-absent',
      'host;',
      ';host',
      'host;host',
      'host;__proto__',
      'host;constructor',
    ]) {
      const signature = header({ Authorization: authorization.replace('host;x-amz-date', list) });
      assert.equal(canonicalRequest(signature, hashBody(body)), undefined);
      refuses(() => verifySignature(signature, key, hashBody(body)), 'SignatureDoesNotMatch', message);
    }
  });

  test('refuses targets that no client can have signed', () => {
    for (const target of ['/?a=%FF', '/?a=%', '/?a=%zz', '/?\ud800=1', '/a\udfff']) {
      const signature = header({}, target);
      assert.equal(canonicalRequest(signature, hashBody(body)), undefined);
      refuses(() => verifySignature(signature, key, hashBody(body)), 'SignatureDoesNotMatch', message);
    }
    assert.equal(canonicalRequest(header({}, '/%FF'), hashBody(body), 'once'), undefined);
  });

  test('signs the text of a form with the same key', () => {
    const text = 'cG9saWN5';
    const signature = createHmac('sha256', key).update(text).digest('hex');
    verifyTextSignature(text, signature, key);
    for (const [other, given] of [
      [`${text}=`, signature],
      ['', signature],
      [text, signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))],
      [text, `${signature}0`],
      [text, ''],
    ] as const)
      refuses(() => verifyTextSignature(other, given, key), 'SignatureDoesNotMatch', message);
  });

  test('the order in which a client lists signed headers does not matter', () => {
    const turned = header({ Authorization: authorization.replace('host;x-amz-date', 'x-amz-date;host') });
    assert.equal(canonicalRequest(turned, hashBody(body)), canonicalRequest(header(), hashBody(body)));
  });

  test('the canonical target has no empty segments and keeps a value without name', () => {
    const lines = (target: string): readonly (string | undefined)[] =>
      canonicalRequest(header({}, target), hashBody(body))?.split('\n').slice(1, 3) ?? [];
    assert.deepEqual(lines('//'), ['/', '']);
    assert.deepEqual(lines('/a//'), ['/a/', '']);
    assert.deepEqual(lines('/?=v&n&&n='), ['/', '=v&n=&n=']);
    assert.deepEqual(lines('a/b'), ['/a/b', '']);
  });

  test("S3's form of the path keeps dots and empty segments and encodes once", () => {
    const path = (target: string): string | undefined =>
      canonicalRequest(header({}, target), hashBody(body), 'once')?.split('\n')[1];
    assert.equal(path('/a//./../b%20c/%C3%A9/d+e/'), '/a//./../b%20c/%C3%A9/d%2Be/');
    assert.equal(path('/'), '/');
    assert.equal(path('?a=1'), '/');
  });

  test('no spelling of the digits but lower case is taken', () => {
    const signed = sign(header(), hashBody(body));
    for (const signature of [
      signed.signature.toUpperCase(),
      `${signed.signature}00`,
      signed.signature.slice(1),
      `${signed.signature.slice(0, 63)}g`,
      ` ${signed.signature}`,
      `${signed.signature}\n`,
      '',
    ]) {
      if (signature === signed.signature) continue;
      refuses(
        () => verifySignature({ ...signed, signature }, key, hashBody(body)),
        'SignatureDoesNotMatch',
        message,
      );
    }
  });
});
