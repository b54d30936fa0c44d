import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { hashBody, type SigningCredentials, signRequest } from '#core/sigv4';
import { CallerCache, createAuthorizer } from '#servers/authorizer';
import { account, describedUser, FakeIssuer } from '../../../test/authorizer-fixture.ts';
import {
  createForwardAuthServer,
  type Decided,
  type ForwardAuthOptions,
  identityHeaderNames,
  parseRoute,
} from './index.ts';

const start = Date.UTC(2026, 10, 24, 12);
const host = 'orders.example.com';
const prefix = `arn:aws:execute-api:us-east-1:${account}:orders/prod`;
const emptySha256 = hashBody(new Uint8Array());

let issuer: FakeIssuer;
let callers: CallerCache;
let ada: SigningCredentials;
let server: Server;
let decided: Decided[];
let now: number;

async function open(more: Partial<ForwardAuthOptions> = {}): Promise<void> {
  server?.close();
  server = createForwardAuthServer({
    authorizer: createAuthorizer({ callers, service: 'execute-api', region: 'us-east-1', clock: () => now }),
    api: { region: 'us-east-1', ownerAccount: account, api: 'orders', stage: 'prod' },
    proxy: 'headers',
    secureTransport: false,
    isCurrent: () => callers.isCurrent(),
    onDecided: (one) => decided.push(one),
    ...more,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

beforeEach(async () => {
  now = start;
  decided = [];
  issuer = new FakeIssuer();
  const Resource = [`${prefix}/GET/*`, `${prefix}/POST/orders`];
  ada = issuer.add(describedUser('ada', [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource }]));
  callers = new CallerCache({ issuer, clock: () => now, maxStalenessSeconds: 60 });
  await new Promise(setImmediate);
  await open();
});
afterEach(async () => {
  server.close();
  await callers.close();
});

type Headers = readonly (readonly [name: string, value: string])[];

interface Original {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  readonly declare?: string;
  readonly headers?: Headers;
}

/** The headers of a request that the client signed, as the proxy hands them on. */
function signed({ method = 'GET', target = '/orders/1', declare, ...more }: Original = {}): Headers {
  const { rawHeaders } = signRequest(
    {
      method,
      target,
      rawHeaders: [
        'host',
        more.host ?? host,
        ...(declare === undefined ? [] : ['x-amz-content-sha256', declare]),
      ],
      bodySha256: declare ?? emptySha256,
    },
    { credentials: ada, region: 'us-east-1', service: 'execute-api', now: start },
  );
  const headers: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return headers;
}

const nginx = (method = 'GET', target = '/orders/1'): Headers => [
  ['X-Original-Method', method],
  ['X-Original-URI', target],
];
const caddy = (method = 'GET', target = '/orders/1', forwardedHost = host): Headers => [
  ['X-Forwarded-Method', method],
  ['X-Forwarded-Uri', target],
  ['X-Forwarded-Host', forwardedHost],
];

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(headers: Headers, line: { method?: string; path?: string } = {}): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  const raw = [...headers, ['connection', 'close'] as const].flat();
  const request = send({
    port,
    host: '127.0.0.1',
    method: 'GET',
    path: '/',
    ...line,
    headers: raw,
    setHost: false,
  });
  request.end();
  const [response] = await once(request, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode, headers: response.headers, body };
}

async function refused(
  answer: Answer | Promise<Answer>,
  status: number,
  code: string,
  message: RegExp,
): Promise<void> {
  const { status: got, headers, body } = await answer;
  assert.equal(got, status, body);
  const told = JSON.parse(body);
  assert.equal(told.__type, code);
  assert.match(told.message, message);
  assert.equal(headers['x-amzn-errortype'], code);
  assert.match(decodeURIComponent(String(headers['x-brevet-reason'])), message);
  assert.equal(headers['www-authenticate'], status === 401 ? 'AWS4-HMAC-SHA256' : undefined);
  for (const name of identityHeaderNames) assert.equal(headers[name], undefined);
  assert.equal(decided.at(-1)?.code, code);
}

const madeUp = (reason: string) =>
  new RegExp(`^The request cannot be told from a made-up one: ${reason}\\.$`);

describe('the door for reverse proxies', () => {
  for (const [name, pair] of [
    ['nginx', nginx],
    ['Caddy and Traefik', caddy],
  ] as const) {
    test(`lets an allowed request pass and says who sent it, as told by ${name}`, async () => {
      const { status, headers } = await ask([...signed(), ...pair()]);
      assert.equal(status, 200);
      assert.deepEqual(
        identityHeaderNames.map((header) => headers[header]),
        [`arn:aws:iam::${account}:user/ada`, account, 'AIDAADA', 'AKIAADA', '-', '-', '-', emptySha256],
      );
      assert.equal(headers['x-brevet-request-id'], decided[0]?.requestId);
      assert.deepEqual(
        [decided[0]?.method, decided[0]?.path, decided[0]?.caller],
        ['GET', '/orders/1', `arn:aws:iam::${account}:user/ada`],
      );
    });

    test(`verifies the original and not what it is asked with, as told by ${name}`, async () => {
      await refused(
        ask([...signed(), ...pair('GET', '/orders/2')]),
        401,
        'SignatureDoesNotMatch',
        /^The request sig/,
      );
      await refused(ask([...signed(), ...pair('POST')]), 401, 'SignatureDoesNotMatch', /^The request sig/);
      const tampered = signed().map(
        ([header, value]) => [header, header === 'x-amz-date' ? '20261124T120001Z' : value] as const,
      );
      await refused(ask([...tampered, ...pair()]), 401, 'SignatureDoesNotMatch', /^The request sig/);
      await refused(ask([['host', host], ...pair()]), 401, 'MissingAuthenticationToken', /Missing|missing/);
    });
  }

  test('refuses what policy does not allow, in the words of AWS', async () => {
    const answer = ask([...signed({ method: 'DELETE' }), ...nginx('DELETE')]);
    await refused(
      answer,
      403,
      'AccessDeniedException',
      /^User: arn:\S+ is not authorized to perform: execute-api:Invoke on resource: \S+\/DELETE\/orders\/1 because/,
    );
  });

  test('takes the host of Caddy and Traefik from where they say it, since they ask under another', async () => {
    const headers = signed().map(
      ([name, value]) => [name, name === 'host' ? '127.0.0.1:4595' : value] as const,
    );
    assert.equal((await ask([...headers, ...caddy()])).status, 200);
    await refused(ask([...headers, ...nginx()]), 401, 'SignatureDoesNotMatch', /./);
    await refused(
      ask([...signed(), ...caddy('GET', '/orders/1', 'other.example.com')]),
      401,
      'SignatureDoesNotMatch',
      /./,
    );
  });
});

describe('the original of a request cannot be made up', () => {
  const secret = '/admin';

  test('by the pair that this proxy does not set', async () => {
    // The proxy serves /admin; the client signed /orders/1 and says so in the other pair.
    await refused(
      ask([...signed(), ...nginx('GET', secret), ...caddy()]),
      403,
      'OriginalRequestRefused',
      madeUp('its headers disagree on what the original was'),
    );
    await refused(
      ask([...signed(), ...nginx(), ...caddy('GET', secret)]),
      403,
      'OriginalRequestRefused',
      madeUp('its headers disagree on what the original was'),
    );
    await refused(
      ask([...signed(), ...nginx('DELETE'), ...caddy()]),
      403,
      'OriginalRequestRefused',
      madeUp('its headers disagree on what the original was'),
    );
    const elsewhere = signed().map(
      ([name, value]) => [name, name === 'host' ? 'other.example.com' : value] as const,
    );
    await refused(
      ask([...elsewhere, ...nginx(), ...caddy()]),
      403,
      'OriginalRequestRefused',
      madeUp('its headers disagree on what the original was'),
    );
    assert.equal((await ask([...signed(), ...nginx(), ...caddy()])).status, 200);
  });

  for (const [name, header] of [
    ...nginx().map((one) => ['nginx', one] as const),
    ...caddy().map((one) => ['Caddy', one] as const),
  ]) {
    test(`by half a pair: ${header[0]} of ${name} alone, or beside a whole one`, async () => {
      await refused(ask([...signed(), header]), 403, 'OriginalRequestRefused', /made-up one/);
      const other = name === 'nginx' ? caddy() : nginx();
      await refused(ask([...signed(), ...other, header]), 403, 'OriginalRequestRefused', /made-up one/);
    });

    test(`by ${header[0]} sent twice`, async () => {
      const all = name === 'nginx' ? nginx() : caddy();
      const expected = madeUp(`it has ${header[0].toLowerCase()} more than once`);
      await refused(ask([...signed(), ...all, header]), 403, 'OriginalRequestRefused', expected);
    });
  }

  for (const [what, headers, reason] of [
    ['a method', nginx().slice(0, 1), 'x-original-uri is not there'],
    ['a target', nginx().slice(1), 'x-original-method is not there'],
    ['a method of Caddy', caddy().slice(0, 1), 'x-forwarded-uri is not there'],
    ['a target of Caddy', caddy().slice(1), 'x-forwarded-method is not there'],
    ['a pair of Caddy without its host', caddy().slice(0, 2), 'x-forwarded-host is not there'],
    ['a host', caddy().slice(2), 'what it says of the original is not whole'],
    [
      'a host beside nginx',
      [...nginx(), ...caddy().slice(2)],
      'x-forwarded-host is there without its companions',
    ],
  ] as const) {
    test(`by ${what} alone`, async () => {
      await refused(ask([...signed(), ...headers]), 403, 'OriginalRequestRefused', madeUp(reason));
    });
  }

  test('by a second Host or Authorization', async () => {
    const [authorization = ['', '']] = signed().filter(([name]) => name === 'authorization');
    await refused(
      ask([...signed(), authorization, ...nginx()]),
      403,
      'OriginalRequestRefused',
      madeUp('it has authorization more than once'),
    );
  });

  test('by the request line', async () => {
    // A proxy that hands its client's path on must not make the door take it for the operator's question.
    await refused(
      ask([['host', host], ...nginx('GET', secret)], { path: '/healthz' }),
      401,
      'MissingAuthenticationToken',
      /./,
    );
    await refused(ask(signed(), { path: '/orders/1' }), 403, 'OriginalRequestRefused', /^Nothing says/);
    await refused(
      ask([['host', host]], { path: '/healthz', method: 'POST' }),
      403,
      'OriginalRequestRefused',
      /^Nothing says/,
    );
  });

  test('by a method or target that is none', async () => {
    for (const method of ['get', 'GET /admin', '', 'G\tT'])
      await refused(
        ask([...signed(), ...nginx(method)]),
        403,
        'OriginalRequestRefused',
        madeUp('the method is none'),
      );
    for (const target of ['', 'orders/1', 'http://orders.example.com/orders/1'])
      await refused(
        ask([...signed(), ...nginx('GET', target)]),
        403,
        'OriginalRequestRefused',
        madeUp('the target is not a path'),
      );
  });

  test('by identity headers, which only this door sets', async () => {
    for (const name of ['X-Brevet-Principal-Arn', 'x-brevet-anything']) {
      const answer = ask([...signed(), ...nginx(), [name, 'arn:aws:iam::111122223333:root']]);
      await refused(answer, 403, 'OriginalRequestRefused', madeUp(`it has ${name.toLowerCase()}`));
    }
  });

  for (const target of [
    '/orders/../admin',
    '/orders/%2e%2e/admin',
    '/orders%2Fadmin',
    '/orders/%252e%252e/admin',
    '//admin',
    '/a;b',
    '/a\\b',
  ]) {
    test(`by a path that could be read in two ways: ${target}`, async () => {
      await refused(
        ask([...signed({ target }), ...nginx('GET', target)]),
        403,
        'PathRefused',
        /^The path of the request is refused/,
      );
    });
  }
});

describe('behind Envoy', () => {
  beforeEach(() => open({ proxy: 'envoy' }));

  test('the request line is the original', async () => {
    assert.equal((await ask([...signed(), ['content-length', '0']], { path: '/orders/1' })).status, 200);
    await refused(ask(signed(), { path: '/orders/2' }), 401, 'SignatureDoesNotMatch', /./);
  });

  test('headers that say otherwise are the client’s', async () => {
    for (const [name, value] of [...nginx(), ...caddy()])
      await refused(
        ask([...signed(), [name, value]], { path: '/admin' }),
        403,
        'OriginalRequestRefused',
        madeUp(`it has ${name.toLowerCase()}`),
      );
  });

  test('there is no path that is let in without a signature', async () => {
    await refused(ask([['host', host]], { path: '/healthz' }), 401, 'MissingAuthenticationToken', /./);
  });
});

describe('the body, which the door does not see', () => {
  const declare = hashBody(Buffer.from('two tons'));
  const notSigned =
    /^The body of the request is not signed: x-amz-content-sha256 must be the hex SHA-256 of the body\.$/;
  const toOrders = (more: Original = {}): Headers => [
    ...signed({ method: 'POST', target: '/orders', ...more }),
    ...nginx('POST', '/orders'),
  ];

  test('is bound by the hash that was signed, which the backend is told', async () => {
    const { status, headers } = await ask([...toOrders({ declare }), ['X-Original-Content-Length', '8']]);
    assert.deepEqual([status, headers['x-brevet-content-sha256']], [200, declare]);
  });

  test('must have one, whether the proxy tells of it or not', async () => {
    await refused(ask(toOrders()), 403, 'BodyNotSigned', notSigned);
    await refused(ask([...toOrders(), ['X-Original-Content-Length', '8']]), 403, 'BodyNotSigned', notSigned);
    await refused(
      ask([...signed(), ...nginx(), ['X-Original-Content-Length', '8']]),
      403,
      'BodyNotSigned',
      notSigned,
    );
  });

  test('is not bound by what stands in place of a hash, nor by that of no body', async () => {
    await refused(ask(toOrders({ declare: 'UNSIGNED-PAYLOAD' })), 403, 'BodyNotSigned', notSigned);
    await refused(
      ask([...toOrders({ declare: emptySha256 }), ['X-Original-Content-Length', '8']]),
      403,
      'BodyNotSigned',
      notSigned,
    );
    assert.equal((await ask(toOrders({ declare: emptySha256 }))).status, 200);
  });
});

describe('what the backend is told', () => {
  test('cannot hold a line break, a character outside ASCII, or a name of its own', async () => {
    const odd = 'ä\r\nx-brevet-principal-arn: root&=,%';
    ada = issuer.add(
      describedUser('ada', [{ Effect: 'Allow', Action: '*', Resource: '*' }], {
        arn: `arn:aws:iam::${account}:user/100%/ada`,
        sessionName: 'a b',
        sourceIdentity: odd,
        tags: { [odd]: odd, team: 'blue' },
      }),
    );
    const { status, headers } = await ask([...signed(), ...nginx()]);
    assert.equal(status, 200);
    assert.equal(headers['x-brevet-principal-arn'], `arn:aws:iam::${account}:user/100%25/ada`);
    assert.equal(headers['x-brevet-session-name'], 'a%20b');
    assert.equal(decodeURIComponent(String(headers['x-brevet-source-identity'])), odd);
    const tags = new URLSearchParams(String(headers['x-brevet-tags']));
    assert.deepEqual(
      [...tags],
      [
        [odd, odd],
        ['team', 'blue'],
      ],
    );
  });
});

describe('what policy sees', () => {
  async function allowsWhen(
    Condition: object,
    more: Partial<ForwardAuthOptions>,
    headers: Headers = [],
  ): Promise<boolean> {
    ada = issuer.add(describedUser('ada', [{ Effect: 'Allow', Action: '*', Resource: '*', Condition }]));
    await issuer.change({ principals: ['AIDAADA'] });
    await open(more);
    return (await ask([...signed(), ...nginx(), ...headers])).status === 200;
  }
  const fromOffice = { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '127.0.0.0/8'] } };

  test('is an address only from the header that the operator named, and only a single one', async () => {
    const address = ['X-Real-IP', '192.0.2.1'] as const;
    assert.equal(await allowsWhen(fromOffice, {}, [address]), false);
    const more = { clientAddressHeader: 'x-real-ip' };
    assert.equal(await allowsWhen(fromOffice, more, [address]), true);
    assert.equal(await allowsWhen(fromOffice, more, [['X-Forwarded-For', '192.0.2.1']]), false);
    assert.equal(await allowsWhen(fromOffice, more, [['X-Real-IP', '192.0.2.1, 198.51.100.1']]), false);
    assert.equal(await allowsWhen(fromOffice, more, [address, address]), false);
    const like = { StringLike: { 'aws:SourceIp': '192.0.2.1*' } };
    assert.equal(await allowsWhen(like, more, [address]), true);
    assert.equal(await allowsWhen(like, more, [['X-Real-IP', '192.0.2.1, 198.51.100.1']]), false);
  });

  test('is TLS only where the operator says so', async () => {
    const secure = { Bool: { 'aws:SecureTransport': 'true' } };
    assert.equal(await allowsWhen(secure, {}, [['X-Forwarded-Proto', 'https']]), false);
    assert.equal(await allowsWhen(secure, { secureTransport: true }), true);
  });
});

describe('routes', () => {
  const read = parseRoute({
    methods: ['GET', 'HEAD'],
    path: '/orders/{id}',
    action: 'orders:Read',
    resource: `arn:aws:orders:us-east-1:${account}:order/{id}`,
  });

  test('say what a request means; what no route fits is refused', async () => {
    const statement = {
      Effect: 'Allow',
      Action: 'orders:Read',
      Resource: `arn:aws:orders:us-east-1:${account}:order/1`,
    };
    ada = issuer.add(describedUser('ada', [statement]));
    await open({ routes: [read] });
    assert.equal((await ask([...signed(), ...nginx()])).status, 200);
    const other = '/orders/2';
    await refused(
      ask([...signed({ target: other }), ...nginx('GET', other)]),
      403,
      'AccessDeniedException',
      /order\/2/,
    );
    const unknown = '/orders/1/lines';
    await refused(
      ask([...signed({ target: unknown }), ...nginx('GET', unknown)]),
      403,
      'NoRoute',
      /^No route/,
    );
    await refused(ask([...signed({ method: 'DELETE' }), ...nginx('DELETE')]), 403, 'NoRoute', /^No route/);
  });

  test('fill in each name once, whatever stands there', () => {
    const files = parseRoute({
      path: '/files/{box}/{key+}',
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::{box}/{key}',
    });
    assert.deepEqual(files('PUT', '/files/{key}/a/b'), {
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::{key}/a/b',
    });
    assert.equal(files('PUT', '/files/x'), undefined);
    assert.equal(files('PUT', '/files/x/'), undefined);
    const dotted = parseRoute({ path: '/a.b', action: 'a:B', resource: '*' });
    assert.equal(dotted('GET', '/aXb'), undefined);
    assert.deepEqual(dotted('GET', '/a.b'), { action: 'a:B', resource: '*' });
  });

  for (const [more, message] of [
    [{ path: 'orders' }, 'the path does not begin with a slash'],
    [{ path: '/orders/x{id}' }, 'a {name} is a whole segment'],
    [{ path: '/{id}/{id}' }, '{id} is there twice'],
    [{ path: '/{id+}/lines' }, '{id+} is not at the end'],
    [{ path: '/a%62/{id}' }, 'the path has an escape'],
    [{ action: 'read' }, 'the action is not SERVICE:Action'],
    [{ resource: 'order/{id}' }, 'the resource is not an ARN'],
    [{ resource: 'arn:aws:orders:::{order}' }, 'the path has no {order}'],
  ] as const) {
    test(`are refused when they mean nothing: ${message}`, () => {
      const good = { path: '/orders/{id}', action: 'orders:Read', resource: 'arn:aws:orders:::{id}' };
      assert.throws(() => parseRoute({ ...good, ...more }), { code: 'InvalidRoute', message });
    });
  }
});

describe('while the issuer is away', () => {
  test('who is known is let in until the staleness ends, then nobody, and health says so', async () => {
    assert.equal((await ask([...signed(), ...nginx()])).status, 200);
    issuer.isAway = true;
    now = start + 60_000;
    assert.equal((await ask([...signed(), ...nginx()])).status, 200);
    assert.deepEqual((await ask([['host', 'door']], { path: '/healthz' })).body, 'alive\n');
    now += 1;
    await refused(
      ask([...signed(), ...nginx()]),
      503,
      'ServiceUnavailable',
      /^The caller cannot be verified now\.$/,
    );
    const health = await ask([['host', 'door']], { path: '/healthz' });
    assert.deepEqual([health.status, health.body], [503, 'nothing was heard of the issuer for too long\n']);
  });

  test('a revoked caller is refused as soon as the change is heard of', async () => {
    assert.equal((await ask([...signed(), ...nginx()])).status, 200);
    issuer.callers.delete(ada.accessKeyId);
    await issuer.change({ accessKeys: [ada.accessKeyId] });
    await refused(ask([...signed(), ...nginx()]), 401, 'InvalidClientTokenId', /security token/);
  });
});
