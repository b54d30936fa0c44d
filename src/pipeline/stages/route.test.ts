import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  formType,
  getCallerIdentity,
  type RawReply,
  rawRequest,
  send,
  signed,
} from '../../../test/raw-request.ts';
import { type StartedService, startService } from '../../../test/started-service.ts';

let service: StartedService;

before(async () => {
  service = await startService();
  service.stoppedAt = Date.UTC(2026, 0, 2, 3, 4, 5);
});
after(() => service.stop());

const signing = () => ({ credentials: service.root, now: service.now() });
const sign = async (given: Parameters<typeof rawRequest>[0]): Promise<RawReply> =>
  send(service, await signed(rawRequest(given), signing()));
const unsigned = (given: Parameters<typeof rawRequest>[0]): Promise<RawReply> =>
  send(service, rawRequest(given));

describe('what no operation is named in', () => {
  test('a GET without Action is sent to the product page, its query with it', async () => {
    for (const [target, location] of [
      ['/', 'https://aws.amazon.com/iam'],
      ['/?', 'https://aws.amazon.com/iam'],
      ['/?Version=2011-06-15&a=%20', 'https://aws.amazon.com/iam?Version=2011-06-15&a=%20'],
      ['/?action=GetCallerIdentity', 'https://aws.amazon.com/iam?action=GetCallerIdentity'],
    ] as const) {
      const { status, headers, body } = await unsigned({ target });
      assert.deepEqual([status, headers.location, body], [302, location, '']);
    }
  });

  test('a POST without Action is, without its query', async () => {
    const { status, headers, body } = await unsigned({ target: '/?a=b', body: 'Version=2011-06-15' });
    assert.deepEqual([status, headers.location, body], [302, 'https://aws.amazon.com/iam', '']);
  });

  for (const type of [
    'application/json',
    'text/plain',
    'multipart/form-data',
    'application/x-www-form-urlencodedx',
    '',
  ]) {
    test(`a POST of type '${type}' is, whatever it holds`, async () => {
      const { status, headers } = await unsigned({
        body: getCallerIdentity,
        headers: [['content-type', type]],
      });
      assert.deepEqual([status, headers.location], [302, 'https://aws.amazon.com/iam']);
    });
  }

  test('a form may name its charset, in any case', async () => {
    for (const type of [
      formType[1],
      'APPLICATION/X-WWW-FORM-URLENCODED',
      'application/x-www-form-urlencoded ;charset=UTF-8',
    ]) {
      const { status } = await sign({ body: getCallerIdentity, headers: [['content-type', type]] });
      assert.equal(status, 200, type);
    }
  });

  for (const [action, version, message] of [
    ['Nope', '2011-06-15', 'Could not find operation Nope for version 2011-06-15'],
    ['', '2011-06-15', 'Could not find operation  for version 2011-06-15'],
    ['GetCallerIdentity', '2011-06-16', 'Could not find operation GetCallerIdentity for version 2011-06-16'],
    ['GetCallerIdentity', '', 'Could not find operation GetCallerIdentity for version '],
    [
      'GetCallerIdentity',
      undefined,
      'Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED',
    ],
    ['getcalleridentity', '2011-06-15', 'Could not find operation getcalleridentity for version 2011-06-15'],
    ['CreateUser', '2011-06-15', 'Could not find operation CreateUser for version 2011-06-15'],
    ['constructor', '2011-06-15', 'Could not find operation constructor for version 2011-06-15'],
    ['__proto__', '2011-06-15', 'Could not find operation __proto__ for version 2011-06-15'],
  ] as const) {
    test(`Action '${action}' of version '${version}' is not found, signed or not`, async () => {
      const body = `Action=${action}${version === undefined ? '' : `&Version=${version}`}`;
      for (const reply of [
        await sign({ body }),
        await unsigned({ body }),
        await unsigned({ target: `/?${body}` }),
      ]) {
        assert.deepEqual([reply.status, reply.code, reply.message], [400, 'InvalidAction', message]);
        assert.match(
          reply.body,
          /^<ErrorResponse xmlns="http:\/\/webservices\.amazon\.com\/AWSFault\/2005-15-09">/,
        );
      }
    });
  }

  for (const target of ['/x', '//', '/./', '/%2F', '/sts', '/?/../x'.slice(2)]) {
    test(`the path '${target}' is not found, before authentication`, async () => {
      const reply = await unsigned({ target: `${target}?${getCallerIdentity}` });
      assert.deepEqual([reply.status, reply.body], [404, '<UnknownOperationException/>\n']);
    });
  }

  test('other methods than GET and POST are not found', async () => {
    for (const method of ['PUT', 'DELETE', 'HEAD', 'PATCH']) {
      const reply = await unsigned({ method, target: `/?${getCallerIdentity}` });
      assert.deepEqual([reply.status, reply.body], [404, '<UnknownOperationException/>\n']);
    }
  });

  test('an escape that is none in path or query is a bare 400', async () => {
    for (const target of [
      '/%',
      '/%2',
      '/%zz',
      `/?${getCallerIdentity}&a=%`,
      `/?${getCallerIdentity}&a=%4`,
      '/?%GG=1',
    ]) {
      const { status, body, headers } = await unsigned({ target });
      assert.deepEqual([status, body, headers], [400, '', {}], target);
    }
  });

  test('a target of AWS JSON that is none is unknown', async () => {
    for (const target of [
      'AWSOrganizationsV20161128.Nope',
      'Nope.ListAccounts',
      'ListAccounts',
      '',
      '.',
      'AWSOrganizationsV20161128.constructor',
    ]) {
      const { status, body } = await unsigned({
        method: 'POST',
        headers: [
          ['x-amz-target', target],
          ['content-type', 'application/x-amz-json-1.1'],
        ],
      });
      assert.deepEqual([status, body], [400, '{"__type":"UnknownOperationException"}'], target);
    }
  });
});

test('OPTIONS says that browsers may call, with no signature and to any path', async () => {
  for (const target of ['/', '/x', '/%']) {
    const { status, headers, body } = await unsigned({
      method: 'OPTIONS',
      target,
      headers: [
        ['origin', 'https://example.com'],
        ['access-control-request-method', 'POST'],
      ],
    });
    assert.equal(status, 200);
    assert.equal(body, '');
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['access-control-max-age'], '172800');
  }
});

test('an answer may be read by the page of a browser that asked, and is marked for nobody else', async () => {
  const target = '/?Action=GetCallerIdentity&Version=2011-06-15';
  const asked = await unsigned({ method: 'GET', target, headers: [['origin', 'https://example.com']] });
  assert.equal(asked.headers['access-control-allow-origin'], '*');
  assert.match(asked.headers['access-control-expose-headers'] ?? '', /x-brevet-authorization-message/);
  const other = await unsigned({ method: 'GET', target });
  assert.equal(other.headers['access-control-allow-origin'], undefined);
});

describe('parameters', () => {
  test('work in a query, in a form and in both', async () => {
    for (const request of [
      { target: `/?${getCallerIdentity}` },
      { body: getCallerIdentity },
      { target: '/?Version=2011-06-15', body: 'Action=GetCallerIdentity' },
    ]) {
      const reply = await sign(request);
      assert.equal(reply.status, 200);
      assert.match(
        reply.body,
        /<Arn>arn:aws:iam::111122223333:root<\/Arn>\n {4}<UserId>111122223333<\/UserId>\n {4}<Account>/,
      );
    }
  });

  test('the first of several equal names wins, Action and Version included', async () => {
    const { status, body } = await sign({
      body: 'Action=GetCallerIdentity&Action=Nope&Version=2011-06-15&Version=1',
    });
    assert.equal(status, 200);
    assert.match(body, /GetCallerIdentityResponse/);
    const twice = await sign({
      body: 'Action=GetSessionToken&Version=2011-06-15&DurationSeconds=899&DurationSeconds=900',
    });
    assert.match(twice.message ?? '', /Value '899' at 'durationSeconds'/);
  });

  test('names that are unknown or in another case are ignored', async () => {
    const reply = await sign({
      body: `${getCallerIdentity}&Nope=1&durationseconds=x&A.b.member.1=2&=3&__proto__=4`,
    });
    assert.equal(reply.status, 200);
  });

  for (const [text, status] of [
    ['900', 200],
    ['+900', 200],
    ['0900', 200],
    ['129600', 200],
  ] as const) {
    test(`the integer '${text}' is read`, async () => {
      const body = `Action=GetSessionToken&Version=2011-06-15&DurationSeconds=${encodeURIComponent(text)}`;
      assert.equal((await sign({ body })).status, status);
    });
  }

  for (const text of ['9e2', '900.0', ' 900', '0x384', '2147483648', '-2147483649', 'abc', '9'.repeat(400)]) {
    test(`the integer '${text.slice(0, 20)}' is malformed, with no message`, async () => {
      const body = `Action=GetSessionToken&Version=2011-06-15&DurationSeconds=${encodeURIComponent(text)}`;
      const reply = await sign({ body });
      assert.deepEqual([reply.status, reply.code, reply.message], [400, 'MalformedInput', undefined]);
      assert.doesNotMatch(reply.body, /<Message/);
    });
  }

  test('an empty integer is missing', async () => {
    const reply = await sign({ body: 'Action=GetSessionToken&Version=2011-06-15&DurationSeconds=' });
    assert.deepEqual(
      [reply.status, reply.code, reply.message],
      [400, 'MalformedInput', 'missing value for decimal type'],
    );
  });

  test('a form that is not UTF-8, escaped or not, is malformed', async () => {
    const escaped = await unsigned({ body: `${getCallerIdentity}&a=%FF` });
    assert.deepEqual([escaped.status, escaped.code], [400, 'MalformedQueryString']);
    const reply = await service.house.handle({
      method: 'POST',
      target: '/',
      rawHeaders: ['host', 'sts', ...formType],
      body: Buffer.concat([Buffer.from(`${getCallerIdentity}&a=`), Buffer.of(0xff)]),
      sourceIp: '127.0.0.1',
      secure: false,
    });
    assert.equal(reply.status, 400);
    assert.match(reply.body, /<Code>MalformedQueryString<\/Code>/);
  });

  test('more of them than any call has are refused', async () => {
    const reply = await unsigned({ body: getCallerIdentity + '&a=b'.repeat(20_000) });
    assert.deepEqual([reply.status, reply.code], [400, 'MalformedQueryString']);
  });
});

describe('the service', () => {
  test('is that of the credential scope, whatever the host says nothing of', async () => {
    const body = 'Action=ListUsers&Version=2010-05-08';
    const host = ['host', '127.0.0.1:4592'] as const;
    const reply = await send(
      service,
      await signed(rawRequest({ body, headers: [host] }), { ...signing(), service: 'iam' }),
    );
    assert.equal(reply.status, 200);
    assert.match(reply.body, /<ListUsersResponse/);
  });

  test('is that of the version when nothing is signed', async () => {
    const iam = await unsigned({
      body: 'Action=ListUsers&Version=2010-05-08',
      headers: [['host', 'localhost']],
    });
    assert.match(iam.body, /xmlns="https:\/\/iam\.amazonaws\.com\/doc\/2010-05-08\/"/);
    const sts = await unsigned({ body: getCallerIdentity, headers: [['host', 'localhost']] });
    assert.match(sts.body, /xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"/);
    assert.deepEqual([sts.status, sts.code], [403, 'MissingAuthenticationToken']);
  });

  test('a scope of a service that is none meets the check of the scope', async () => {
    const reply = await send(
      service,
      await signed(rawRequest({ body: getCallerIdentity }), { ...signing(), service: 's3' }),
    );
    assert.deepEqual(
      [reply.status, reply.code, reply.message],
      [403, 'SignatureDoesNotMatch', "Credential should be scoped to correct service: 'sts'. "],
    );
  });

  test('a scope of the other query service does not reach the operation', async () => {
    const reply = await send(
      service,
      await signed(rawRequest({ body: getCallerIdentity }), { ...signing(), service: 'iam' }),
    );
    assert.deepEqual([reply.status, reply.code], [400, 'InvalidAction']);
  });
});

describe('the form of the answer', () => {
  test('is JSON for a client that accepts it', async () => {
    const reply = await sign({ body: getCallerIdentity, headers: [['accept', 'application/json']] });
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(reply.body), {
      GetCallerIdentityResponse: {
        GetCallerIdentityResult: {
          Account: '111122223333',
          Arn: 'arn:aws:iam::111122223333:root',
          UserId: '111122223333',
        },
        ResponseMetadata: { RequestId: reply.headers['x-amzn-requestid'] },
      },
    });
  });

  test('is JSON for refusals too', async () => {
    const reply = await unsigned({ body: getCallerIdentity, headers: [['accept', 'application/json']] });
    assert.equal(reply.status, 403);
    assert.deepEqual(JSON.parse(reply.body), {
      Error: {
        Code: 'MissingAuthenticationToken',
        Message: 'Request is missing Authentication Token',
        Type: 'Sender',
      },
      RequestId: reply.headers['x-amzn-requestid'],
    });
  });

  test('writes dates as numbers in JSON and as text in XML', async () => {
    const body = 'Action=GetSessionToken&Version=2011-06-15&DurationSeconds=900';
    const json = await sign({ body, headers: [['accept', 'application/json']] });
    assert.match(json.body, /"Expiration":1767323945\b/);
    const xml = await sign({ body });
    assert.match(xml.body, /<Expiration>2026-01-02T03:19:05Z<\/Expiration>/);
    assert.equal(xml.headers['content-type'], 'text/xml');
  });

  test('is XML for all other clients', async () => {
    for (const accept of ['*/*', 'text/xml', 'text/html, application/json']) {
      const reply = await sign({ body: getCallerIdentity, headers: [['accept', accept]] });
      assert.match(
        reply.body,
        /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">\n/,
      );
    }
  });
});

test('a credential made to be parted in every way is refused as fast as any other', async () => {
  const credential = `X-Amz-Credential=${'%2F%20'.repeat(2600)}`;
  const startedAt = performance.now();
  const { status } = await unsigned({ target: `/?Action=A&Version=1&${credential}` });
  const ms = performance.now() - startedAt;
  assert.equal(status, 400);
  assert.ok(ms < 1000, `took ${Math.round(ms)} ms`);
});

test('a request that is answered before any service is reported like the others', async () => {
  service.answered.length = 0;
  await unsigned({ target: '/x' });
  assert.deepEqual(
    service.answered.map(({ status, operation }) => [status, operation]),
    [[404, undefined]],
  );
});
