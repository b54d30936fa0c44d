import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { compilePolicy, parsePolicy } from '#core/policy';
import { hashBody, type SigningCredentials, type SigningOptions, signRequest } from '#core/sigv4';
import { account, describedUser, FakeIssuer } from '../../../test/authorizer-fixture.ts';
import {
  type AccessQuestion,
  type Authorizer,
  CallerCache,
  CallerRefused,
  createAuthorizer,
} from './index.ts';

const start = Date.UTC(2026, 10, 24, 12);
const resource = `arn:aws:execute-api:us-east-1:${account}:orders/prod/GET/orders/1`;
const allowOrders = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource };
const connection = { sourceIp: '192.0.2.1', secure: true };
const invoke: AccessQuestion = { action: 'execute-api:Invoke', resource, connection };

let issuer: FakeIssuer;
let callers: CallerCache;
let authorizer: Authorizer;
let now: number;
let ada: SigningCredentials;
beforeEach(async () => {
  now = start;
  issuer = new FakeIssuer();
  ada = issuer.add(describedUser('ada', [allowOrders]));
  callers = new CallerCache({ issuer, clock: () => now, maxStalenessSeconds: 60 });
  authorizer = createAuthorizer({ callers, service: 'execute-api', clock: () => now });
  await new Promise(setImmediate);
});
afterEach(() => callers.close());

function signed(more: Partial<SigningOptions> = {}, body = '', target = '/orders/1?a=b') {
  const request = { method: 'GET', target, rawHeaders: ['Host', 'api.example.com'] };
  const options = { credentials: ada, region: 'us-east-1', service: 'execute-api', now, ...more };
  const bodySha256 = hashBody(Buffer.from(body));
  const { rawHeaders } = signRequest(
    { ...request, rawHeaders: [...request.rawHeaders, 'x-amz-content-sha256', bodySha256], bodySha256 },
    options,
  );
  return { ...request, rawHeaders };
}

describe('verify', () => {
  test('proves the caller of a signed request', async () => {
    const { caller } = await authorizer.verify(signed());
    assert.equal(caller.arn, `arn:aws:iam::${account}:user/ada`);
  });

  test('takes the declared hash for a body it does not see, and compares one it does', async () => {
    const request = signed({}, 'body');
    await authorizer.verify(request);
    await authorizer.verify(request, { bodySha256: hashBody(Buffer.from('body')) });
    await assert.rejects(authorizer.verify(request, { bodySha256: hashBody(Buffer.from('other')) }), {
      code: 'SignatureDoesNotMatch',
      status: 401,
    });
  });

  const mismatch =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  const wrong: readonly (readonly [string, () => ReturnType<typeof signed>, string, string])[] = [
    [
      'no signature',
      () => ({ ...signed(), rawHeaders: ['Host', 'api.example.com'] }),
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    ],
    ['another method', () => ({ ...signed(), method: 'DELETE' }), 'SignatureDoesNotMatch', mismatch],
    ['another path', () => ({ ...signed(), target: '/orders/2?a=b' }), 'SignatureDoesNotMatch', mismatch],
    ['another query', () => ({ ...signed(), target: '/orders/1?a=c' }), 'SignatureDoesNotMatch', mismatch],
    [
      'another secret',
      () => signed({ credentials: { ...ada, secretAccessKey: 'guess' } }),
      'SignatureDoesNotMatch',
      mismatch,
    ],
    [
      'another service',
      () => signed({ service: 'iam' }),
      'SignatureDoesNotMatch',
      "Credential should be scoped to correct service: 'execute-api'. ",
    ],
    [
      'a Region that is none',
      () => signed({ region: 'nowhere' }),
      'SignatureDoesNotMatch',
      "Credential should be scoped to a valid region, not 'nowhere'. ",
    ],
    [
      'an unknown key',
      () => signed({ credentials: { ...ada, accessKeyId: 'AKIANOBODY' } }),
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
    ],
  ];
  for (const [what, request, code, message] of wrong) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(authorizer.verify(request()), {
        name: 'VerificationError',
        code,
        message,
        status: 401,
      });
    });
  }

  test('refuses what was signed for more than fifteen minutes', async () => {
    const request = signed();
    now = start + 900_000;
    await authorizer.verify(request);
    now += 1000;
    await assert.rejects(authorizer.verify(request), {
      code: 'SignatureDoesNotMatch',
      message: /^Signature expired/,
    });
  });

  test('accepts one Region only when it is told to', async () => {
    const local = createAuthorizer({
      callers,
      service: 'execute-api',
      region: 'eu-west-1',
      clock: () => now,
    });
    await assert.rejects(local.verify(signed()), { code: 'SignatureDoesNotMatch' });
    await local.verify(signed({ region: 'eu-west-1' }));
  });

  test('refuses a session that is over by now, though it was known while it lived', async () => {
    ada = issuer.add(describedUser('ada', [allowOrders], { expiresAt: start / 1000 + 60 }));
    await authorizer.verify(signed());
    now = start + 60_000;
    await assert.rejects(authorizer.verify(signed()), {
      code: 'ExpiredToken',
      message: 'The security token included in the request is expired',
    });
  });

  test('says why the issuer refuses', async () => {
    issuer.refuseWith = new CallerRefused('ExpiredToken');
    await assert.rejects(authorizer.verify(signed()), { code: 'ExpiredToken', status: 401 });
  });

  test('says that it cannot tell when the issuer is away', async () => {
    issuer.isAway = true;
    await assert.rejects(authorizer.verify(signed()), {
      code: 'ServiceUnavailable',
      message: 'The caller cannot be verified now.',
      status: 503,
    });
  });

  test('refuses who was revoked as soon as the issuer has said so', async () => {
    await authorizer.verify(signed());
    issuer.callers.delete(ada.accessKeyId);
    await authorizer.verify(signed());
    await issuer.change({ accessKeys: [ada.accessKeyId] });
    await assert.rejects(authorizer.verify(signed()), { code: 'InvalidClientTokenId' });
  });
});

describe('authorize', () => {
  const ask = async (question: Partial<AccessQuestion> = {}) =>
    authorizer.authorize(await authorizer.verify(signed()), { ...invoke, ...question });

  test('allows what the caller was given', async () => {
    const { allowed, decision } = await ask();
    assert.deepEqual([allowed, decision.policyName], [true, 'inline']);
  });

  test('denies anything else, in the words of AWS', async () => {
    const other = resource.replace('/GET/', '/DELETE/');
    const { allowed, message } = await ask({ resource: other });
    assert.equal(allowed, false);
    assert.equal(
      message,
      `User: arn:aws:iam::${account}:user/ada is not authorized to perform: execute-api:Invoke on resource: ${other} because no identity-based policy allows the execute-api:Invoke action`,
    );
  });

  test('asks every kind of policy of the caller', async () => {
    const limit = (action: string, effect = 'Allow') => ({
      name: 'limit',
      text: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: effect, Action: action, Resource: '*' }],
      }),
    });
    const [other, same] = [limit('s3:*'), limit('execute-api:*')];
    for (const [limits, expected] of [
      [{ boundary: other }, 'boundary'],
      [{ session: [other] }, 'session'],
      [{ session: [] }, 'session'],
      [{ scps: [[same], [other]] }, 'scp'],
      [{ scps: [[same], []] }, 'scp'],
      [{ boundary: same, session: [same], scps: [[same], [same]] }, undefined],
    ] as const) {
      issuer.add(describedUser('ada', [allowOrders], { limits }));
      await issuer.change({ principals: ['AIDAADA'] });
      const { allowed, decision } = await ask();
      assert.deepEqual(
        [allowed, allowed ? undefined : decision.decidedBy],
        [expected === undefined, expected],
      );
    }
  });

  test('takes a policy of the resource into account, and needs it across accounts', async () => {
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:user/ada` },
          Action: 'execute-api:Invoke',
          Resource: '*',
        },
      ],
    });
    const resourcePolicy = { name: 'orders', policy: compilePolicy(parsePolicy(text, 'resource')) };
    const other = resource.replace('/GET/', '/DELETE/');
    assert.equal((await ask({ resource: other, resourcePolicy })).allowed, true);
    assert.equal((await ask({ resourceAccount: '999988887777' })).allowed, false);
    assert.equal((await ask({ resourceAccount: '999988887777', resourcePolicy })).allowed, true);
    assert.equal(
      (await ask({ resource: other, resourceAccount: '999988887777', resourcePolicy })).allowed,
      false,
    );
  });

  test('knows the condition keys of caller, connection and moment, and no question can rewrite them', async () => {
    const Condition = {
      StringEquals: {
        'aws:username': 'ada',
        'aws:UserAgent': 'curl',
        'aws:Referer': 'https://example.com',
        'aws:RequestedRegion': 'us-east-1',
        'aws:ResourceAccount': account,
        'execute-api:stage': 'prod',
      },
      IpAddress: { 'aws:SourceIp': '192.0.2.0/24' },
      Bool: { 'aws:SecureTransport': 'true' },
      DateEquals: { 'aws:CurrentTime': '2026-11-24T12:00:00Z' },
      NumericEquals: { 'aws:EpochTime': `${start / 1000}`, 'aws:MultiFactorAuthAge': '30' },
    };
    issuer.add(describedUser('ada', [{ ...allowOrders, Condition }], { mfaAt: start / 1000 - 30 }));
    const context = { 'execute-api:Stage': 'prod' };
    const from = { ...connection, userAgent: 'curl', referer: 'https://example.com' };
    assert.equal((await ask({ context, connection: from })).allowed, true);
    assert.equal((await ask({ context, connection: { ...from, sourceIp: '198.51.100.1' } })).allowed, false);
    const forged = { ...context, 'aws:SourceIp': '192.0.2.1', 'AWS:UserName': 'ada' };
    const elsewhere = { ...from, sourceIp: '198.51.100.1' };
    assert.equal((await ask({ context: forged, connection: elsewhere })).allowed, false);
    const { sourceIp: _unknown, ...unknown } = from;
    assert.equal((await ask({ context: forged, connection: unknown })).allowed, false);
  });
});
