import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { openRemoteInstance, type RemoteInstance } from './remote-instance.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const hourMs = 3_600_000;

const whole = {
  Credentials: {
    AccessKeyId: 'ASIA1',
    SecretAccessKey: 'secret',
    SessionToken: 'token',
    Expiration: (now + 6 * hourMs) / 1000,
  },
  AssumedRoleUser: {
    AssumedRoleId: 'AROAWEB:i-0123456789abcdef0',
    Arn: 'arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0',
  },
  InstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/web', Id: 'AIPAWEB' },
  Instance: {
    AccountId: '111122223333',
    Region: 'eu-west-1',
    AvailabilityZone: 'eu-west-1b',
    InstanceType: 'm7g.large',
    ImageId: 'ami-0123456789abcdef0',
    Architecture: 'arm64',
    PrivateIp: '10.0.0.7',
    Hostname: 'web.internal',
  },
};

let answer: { status: number; body: unknown } | Error;
let requests: { headers: Headers; body: unknown }[];

beforeEach(() => {
  answer = { status: 200, body: whole };
  requests = [];
});

function open(): Promise<RemoteInstance> {
  return openRemoteInstance({
    url: 'https://sts.example.com',
    credentials: async () => ({ accessKeyId: 'AKIAHOST', secretAccessKey: 'hidden' }),
    region: 'eu-west-1',
    instanceId: 'i-0123456789abcdef0',
    clock: () => now,
    fetch: async (_url, init) => {
      requests.push({ headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)) });
      if (answer instanceof Error) throw answer;
      return Response.json(answer.body, { status: answer.status });
    },
  });
}

describe('an instance that an issuer elsewhere knows', () => {
  it('is asked for with a signature of the host, and is what the issuer says', async () => {
    const { instance, source, held } = await open();
    assert.equal(requests[0]?.headers.get('x-amz-target'), 'Brevet_20261124.AssumeRoleForInstance');
    assert.match(
      requests[0]?.headers.get('authorization') ?? '',
      /^AWS4-HMAC-SHA256 Credential=AKIAHOST\/20260102\/eu-west-1\/brevet\/aws4_request, /,
    );
    assert.deepEqual(instance, {
      id: 'i-0123456789abcdef0',
      accountId: '111122223333',
      region: 'eu-west-1',
      availabilityZone: 'eu-west-1b',
      instanceType: 'm7g.large',
      imageId: 'ami-0123456789abcdef0',
      architecture: 'arm64',
      privateIp: '10.0.0.7',
      hostname: 'web.internal',
    });
    assert.deepEqual(source.role(), { name: 'web', id: 'AROAWEB:i-0123456789abcdef0' });
    assert.deepEqual(source.profile(), {
      arn: 'arn:aws:iam::111122223333:instance-profile/web',
      id: 'AIPAWEB',
    });
    assert.deepEqual(held, {
      accessKeyId: 'ASIA1',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      issuedAt: now,
      expiresAt: now + 6 * hourMs,
    });
  });

  it('says how credentials will be handed out, and learns of another role', async () => {
    const { source } = await open();
    const { AssumedRoleUser, Credentials } = whole;
    answer = {
      status: 200,
      body: {
        ...whole,
        Credentials: { ...Credentials, AccessKeyId: 'ASIA2' },
        AssumedRoleUser: {
          AssumedRoleId: 'AROANEW:i-0123456789abcdef0',
          Arn: AssumedRoleUser.Arn.replace('web', 'new'),
        },
      },
    };
    assert.equal((await source.issue('1.0')).accessKeyId, 'ASIA2');
    assert.deepEqual(source.role(), { name: 'new', id: 'AROANEW:i-0123456789abcdef0' });
    assert.deepEqual(
      requests.map(({ body }) => body),
      ['2.0', '1.0'].map((RoleDelivery) => ({ InstanceId: 'i-0123456789abcdef0', RoleDelivery })),
    );
  });

  it('keeps what it knew where a later answer is a refusal', async () => {
    const { source } = await open();
    answer = { status: 400, body: { __type: 'AccessDeniedException', Message: 'no' } };
    await assert.rejects(source.issue('2.0'), { code: 'AssumeRoleUnauthorizedAccess' });
    assert.deepEqual(source.role(), { name: 'web', id: 'AROAWEB:i-0123456789abcdef0' });
  });

  it('is not there where the issuer refuses, and is told apart from one that fails', async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException', message: 'may not' } };
    await assert.rejects(open(), {
      code: 'AssumeRoleUnauthorizedAccess',
      message: 'the issuer answered 400 AccessDeniedException: may not',
    });
    answer = { status: 404, body: { __type: 'InstanceNotFoundException', message: 'There is none.' } };
    await assert.rejects(open(), {
      code: 'Failed',
      message: 'the issuer answered 404 InstanceNotFoundException: There is none.',
    });
  });

  it('is not there where the issuer is away, or its answer is not whole', async () => {
    const failed = { code: 'Failed', message: 'the issuer cannot be asked' };
    answer = new TypeError('fetch failed');
    await assert.rejects(open(), failed);
    for (const body of [
      [],
      {},
      { ...whole, Credentials: { ...whole.Credentials, Expiration: now / 1000 } },
    ]) {
      answer = { status: 200, body };
      await assert.rejects(open(), failed, JSON.stringify(body));
    }
    for (const [part, members] of Object.entries(whole))
      for (const member of Object.keys(members)) {
        const { [member]: _left, ...rest } = members as Readonly<Record<string, unknown>>;
        answer = { status: 200, body: { ...whole, [part]: rest } };
        await assert.rejects(open(), failed, `${part} without ${member}`);
      }
  });
});
