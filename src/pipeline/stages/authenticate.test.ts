import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { addRole, addUser, allow } from '../../../test/principals.ts';
import {
  getCallerIdentity,
  presigned,
  type RawReply,
  type RawRequest,
  rawRequest,
  type Signing,
  send,
  signed,
} from '../../../test/raw-request.ts';
import { type Credentials, type StartedService, startService } from '../../../test/started-service.ts';

const start = Date.UTC(2026, 0, 2, 3, 4, 5);
const noSuchToken = 'The security token included in the request is invalid.';
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

let service: StartedService;

before(async () => {
  service = await startService();
});
beforeEach(() => {
  service.stoppedAt = start;
});
after(() => service.stop());

const whoAmI = (headers: RawRequest['headers'] = []): RawRequest =>
  rawRequest({ body: getCallerIdentity, headers });
const signing = (changed: Partial<Signing> = {}): Signing => ({
  credentials: service.root,
  now: start,
  ...changed,
});

function refused(reply: RawReply, status: number, code: string, message: string): void {
  assert.deepEqual([reply.status, reply.code, reply.message], [status, code, message]);
}

function replaceHeader(request: RawRequest, name: string, change: (value: string) => string): RawRequest {
  const headers = request.headers.map(([key, value]) => [key, key === name ? change(value) : value] as const);
  return { ...request, headers };
}

const without = (request: RawRequest, name: string): RawRequest => ({
  ...request,
  headers: request.headers.filter(([key]) => key !== name),
});

async function sessionOf(credentials: Credentials, seconds = 900): Promise<Credentials> {
  const body = `Action=GetSessionToken&Version=2011-06-15&DurationSeconds=${seconds}`;
  const reply = await send(service, await signed(rawRequest({ body }), { credentials, now: service.now() }));
  const read = (name: string): string => {
    const found = new RegExp(`<${name}>(.*)</${name}>`).exec(reply.body)?.[1];
    assert.ok(found !== undefined, reply.body);
    return found;
  };
  return {
    accessKeyId: read('AccessKeyId'),
    secretAccessKey: read('SecretAccessKey'),
    sessionToken: read('SessionToken'),
  };
}

describe('the order of the checks', () => {
  test('is AWS’s: each fault hides those that come after it', async () => {
    const { credentials, user } = await addUser(service, 'order');
    const session = await sessionOf(credentials);
    await service.house.identity.write(({ delete: remove }) => remove('user', user.id));
    // Half an hour on, the session is over and the user gone; the request is signed with a wrong secret, for another service.
    const now = start + 1_800_000;
    service.stoppedAt = now;
    const wrong = { ...session, secretAccessKey: 'wrong' };
    const sign = (changed: Partial<Signing>): Promise<RawRequest> =>
      signed(whoAmI(), { credentials: wrong, now, ...changed });

    refused(
      await send(service, whoAmI()),
      403,
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    );
    const late = await sign({ now: start, service: 's3' });
    const broken = replaceHeader(late, 'authorization', (value) => value.replace('Signature=', 'Sig='));
    assert.equal((await send(service, broken)).code, 'IncompleteSignature');
    const notHost = (request: RawRequest): RawRequest =>
      replaceHeader(request, 'authorization', (value) => value.replace('host;', ''));
    refused(
      await send(service, notHost(late)),
      403,
      'SignatureDoesNotMatch',
      'Signature expired: 20260102T030405Z is now earlier than 20260102T031905Z (20260102T033405Z - 15 min.)',
    );
    const foreign = await sign({ service: 's3' });
    refused(
      await send(service, notHost(foreign)),
      403,
      'SignatureDoesNotMatch',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
    const inactive = await sign({ service: 's3', credentials: { ...wrong, accessKeyId: 'AKIANOBODY' } });
    refused(
      await send(service, inactive),
      403,
      'SignatureDoesNotMatch',
      "Credential should be scoped to correct service: 'sts'. ",
    );
    const otherToken = await sign({ credentials: { ...wrong, accessKeyId: 'ASIAQNZGKIQY56JQ7WML' } });
    refused(await send(service, otherToken), 403, 'InvalidClientTokenId', noSuchToken);
    refused(
      await send(service, await sign({})),
      403,
      'ExpiredToken',
      'The security token included in the request is expired',
    );
    service.stoppedAt = start;
    refused(await send(service, await sign({ now: start })), 403, 'InvalidClientTokenId', noSuchToken);
    await service.house.identity.write(({ put }) => put('user', user));
    refused(await send(service, await sign({ now: start })), 403, 'SignatureDoesNotMatch', mismatch);
    const good = await signed(whoAmI(), { credentials: session, now: start });
    assert.equal((await send(service, good)).status, 200);
  });

  test('parameters are looked at after the signature, and policy after the parameters', async () => {
    const { credentials } = await addUser(service, 'nobody-may');
    const body = 'Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=x';
    const wrong = { ...credentials, secretAccessKey: 'wrong' };
    refused(
      await send(service, await signed(rawRequest({ body }), signing({ credentials: wrong }))),
      403,
      'SignatureDoesNotMatch',
      mismatch,
    );
    const invalid = await send(service, await signed(rawRequest({ body }), signing({ credentials })));
    assert.equal(invalid.code, 'ValidationError');
    const valid = rawRequest({ body: `${body}${'x'.repeat(15)}` });
    assert.equal((await send(service, await signed(valid, signing({ credentials })))).code, 'AccessDenied');
  });

  test('operations that are not built say so to those who are known, and to nobody else', async () => {
    const body = 'Action=GetDelegatedAccessToken&Version=2011-06-15&TradeInToken=x';
    refused(
      await send(service, rawRequest({ body })),
      403,
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    );
    const reply = await send(service, await signed(rawRequest({ body }), signing()));
    assert.deepEqual([reply.status, reply.code], [400, 'UnsupportedOperation']);
    assert.match(reply.message ?? '', /^Brevet does not support sts:GetDelegatedAccessToken\./);
  });
});

describe('the clock', () => {
  for (const [name, sign] of [
    ['a signed request', (now: number) => signed(whoAmI(), signing({ now }))],
    [
      'a presigned request',
      (now: number) => presigned(rawRequest({ target: `/?${getCallerIdentity}` }), signing({ now })),
    ],
  ] as const) {
    test(`may be fifteen minutes off ${name}, and not a second more`, async () => {
      for (const seconds of [-900, -1, 0, 1, 900]) {
        assert.equal((await send(service, await sign(start + seconds * 1000))).status, 200, String(seconds));
      }
      refused(
        await send(service, await sign(start - 901_000)),
        403,
        'SignatureDoesNotMatch',
        'Signature expired: 20260102T024904Z is now earlier than 20260102T024905Z (20260102T030405Z - 15 min.)',
      );
      refused(
        await send(service, await sign(start + 901_000)),
        403,
        'SignatureDoesNotMatch',
        'Signature not yet current: 20260102T031906Z is still later than 20260102T031905Z (20260102T030405Z + 15 min.)',
      );
    });
  }
});

describe('the body', () => {
  test('is what was signed', async () => {
    const request = await signed(whoAmI(), signing());
    refused(
      await send(service, { ...request, body: `${getCallerIdentity}&a=b` }),
      403,
      'SignatureDoesNotMatch',
      mismatch,
    );
  });

  for (const declared of [
    'UNSIGNED-PAYLOAD',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ]) {
    test(`may not be said to be ${declared}, signed in a header or a parameter`, async () => {
      const inHeader = await signed(whoAmI([['x-amz-content-sha256', declared]]), signing());
      refused(await send(service, inHeader), 403, 'SignatureDoesNotMatch', mismatch);
      const post = rawRequest({ target: `/?X-Amz-Content-Sha256=${declared}`, body: getCallerIdentity });
      refused(await send(service, await presigned(post, signing())), 403, 'SignatureDoesNotMatch', mismatch);
    });
  }
});

describe('a presigned GetCallerIdentity', () => {
  const presign = (headers: RawRequest['headers'] = [], changed: Partial<Signing> = {}) =>
    presigned(rawRequest({ target: `/?${getCallerIdentity}`, headers }), signing(changed));

  test('as EKS uses it: the cluster is in a signed header that the verifier adds, the answer JSON', async () => {
    const host = ['host', 'sts.eu-west-1.localhost'] as const;
    const given = await presign([host, ['x-k8s-aws-id', 'cluster-1']], { region: 'eu-west-1' });
    // What a token carries is the URL alone.
    const token = `k8s-aws-v1.${Buffer.from(`https://${host[1]}${given.target}`).toString('base64url')}`;
    const url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
    assert.equal(url.searchParams.get('X-Amz-SignedHeaders'), 'host;x-k8s-aws-id');
    const replay = (cluster: readonly (readonly [string, string])[]): Promise<RawReply> =>
      send(service, {
        method: 'GET',
        target: `${url.pathname}${url.search}`,
        headers: [['host', url.host], ...cluster, ['accept', 'application/json']],
        body: '',
      });
    const reply = await replay([['x-k8s-aws-id', 'cluster-1']]);
    assert.equal(reply.status, 200);
    assert.equal(
      JSON.parse(reply.body).GetCallerIdentityResponse.GetCallerIdentityResult.Arn,
      'arn:aws:iam::111122223333:root',
    );
    for (const cluster of [
      [],
      [['x-k8s-aws-id', 'cluster-2']],
      [['x-k8s-aws-id', '']],
      [
        ['x-k8s-aws-id', 'cluster-1'],
        ['x-k8s-aws-id', 'cluster-2'],
      ],
    ] as const) {
      const other = await replay(cluster);
      assert.equal(other.status, 403);
      assert.deepEqual(JSON.parse(other.body).Error, {
        Code: 'SignatureDoesNotMatch',
        Message: mismatch,
        Type: 'Sender',
      });
    }
  });

  test('as EKS uses it, of a session', async () => {
    const credentials = await sessionOf(service.root);
    const given = await presign([['x-k8s-aws-id', 'cluster-1']], { credentials });
    assert.match(given.target, /X-Amz-Security-Token=/);
    assert.equal((await send(service, given)).status, 200);
  });

  test('as Vault uses it: a POST whose header names the server, replayed whole', async () => {
    const header = ['x-vault-aws-iam-server-id', 'vault.example.com'] as const;
    const given = await signed(whoAmI([header]), signing());
    assert.match(
      new Map(given.headers).get('authorization') ?? '',
      /SignedHeaders=[^,]*x-vault-aws-iam-server-id/,
    );
    assert.equal((await send(service, given)).status, 200);
    assert.equal((await send(service, given)).status, 200);
    for (const changed of [
      replaceHeader(given, 'x-vault-aws-iam-server-id', () => 'vault.example.org'),
      without(given, 'x-vault-aws-iam-server-id'),
      replaceHeader(given, 'host', () => 'sts.us-east-1.localhost'),
      { ...given, body: given.body.replace('GetCallerIdentity', 'GetSessionToken') },
    ]) {
      refused(await send(service, changed), 403, 'SignatureDoesNotMatch', mismatch);
    }
  });

  test('lives fifteen minutes whatever its X-Amz-Expires says, which is signed all the same', async () => {
    const given = await presign();
    service.stoppedAt = start + 900_000;
    assert.equal((await send(service, given)).status, 200);
    const longer = { ...given, target: given.target.replace('X-Amz-Expires=60', 'X-Amz-Expires=61') };
    refused(await send(service, longer), 403, 'SignatureDoesNotMatch', mismatch);
  });

  test('has no parameter that is not signed', async () => {
    const given = await presign();
    for (const more of ['&x=1', '&Action=GetSessionToken', '&X-Amz-User-Agent=x']) {
      refused(
        await send(service, { ...given, target: given.target + more }),
        403,
        'SignatureDoesNotMatch',
        mismatch,
      );
    }
  });
});

describe('both forms at once', () => {
  test('are refused before either is believed', async () => {
    const header = await signed(whoAmI(), signing());
    const query = await presigned(whoAmI(), signing());
    refused(
      await send(service, { ...header, target: query.target }),
      400,
      'IncompleteSignature',
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
  });
});

describe('the Region and the host', () => {
  const call = async (host: string, region: string): Promise<RawReply> =>
    send(service, await signed(whoAmI([['host', host]]), signing({ region })));
  const wrongRegion = 'Credential should be scoped to a valid region. ';

  test('an address takes every Region there is', async () => {
    for (const region of ['us-east-1', 'eu-central-1', 'me-south-1']) {
      assert.equal((await call('127.0.0.1:4592', region)).status, 200);
      assert.equal((await call('localhost:4592', region)).status, 200);
    }
    for (const region of ['mars', 'aws-global', 'cn-north-1', '*', 'US-EAST-1']) {
      refused(await call('127.0.0.1:4592', region), 403, 'SignatureDoesNotMatch', wrongRegion);
    }
  });

  test('a host that names a Region takes that one only', async () => {
    for (const host of [
      'sts.eu-west-1.localhost:4592',
      'sts.eu-west-1.amazonaws.com',
      'STS.EU-WEST-1.LOCALHOST',
      'sts-fips.eu-west-1.amazonaws.com',
      'sts.eu-west-1.api.aws',
    ]) {
      assert.equal((await call(host, 'eu-west-1')).status, 200, host);
      refused(await call(host, 'us-east-1'), 403, 'SignatureDoesNotMatch', wrongRegion);
    }
  });

  test('the global endpoint takes us-east-1 only', async () => {
    assert.equal((await call('sts.amazonaws.com', 'us-east-1')).status, 200);
    refused(await call('sts.amazonaws.com', 'us-west-2'), 403, 'SignatureDoesNotMatch', wrongRegion);
  });
});

describe('credentials', () => {
  const identityOf = async (credentials: Credentials): Promise<RawReply> =>
    send(service, await signed(whoAmI(), signing({ credentials, now: service.now() })));

  test('that nobody has are invalid', async () => {
    for (const accessKeyId of ['AKIAIOSFODNN7EXAMPLE', 'constructor', '__proto__']) {
      refused(
        await identityOf({ accessKeyId, secretAccessKey: 'x' }),
        403,
        'InvalidClientTokenId',
        noSuchToken,
      );
    }
  });

  test('of a key that is inactive, deleted, or of a deleted user are invalid', async () => {
    const { credentials, key, user } = await addUser(service, 'keys');
    const { identity } = service.house;
    assert.equal((await identityOf(credentials)).status, 200);
    await identity.write(({ put }) => put('access-key', { ...key, status: 'Inactive' }));
    refused(await identityOf(credentials), 403, 'InvalidClientTokenId', noSuchToken);
    await identity.write(({ put }) => put('access-key', key));
    assert.equal((await identityOf(credentials)).status, 200);
    await identity.write(({ delete: remove }) => remove('user', user.id));
    refused(await identityOf(credentials), 403, 'InvalidClientTokenId', noSuchToken);
    await identity.write(({ put, delete: remove }) => {
      put('user', user);
      remove('access-key', key.id);
    });
    refused(await identityOf(credentials), 403, 'InvalidClientTokenId', noSuchToken);
  });

  test('keys and tokens cannot be mixed', async () => {
    const { credentials } = await addUser(service, 'mixed');
    const [one, two] = [await sessionOf(credentials), await sessionOf(credentials)];
    const token = one.sessionToken ?? '';
    assert.equal((await identityOf(one)).status, 200);
    for (const mixed of [
      { ...two, sessionToken: token },
      { ...credentials, sessionToken: token },
      { ...service.root, sessionToken: token },
      { accessKeyId: one.accessKeyId, secretAccessKey: one.secretAccessKey },
      { ...one, sessionToken: `${token.slice(0, -4)}AAAA` },
      { ...one, sessionToken: token.slice(0, -4) },
      { ...one, sessionToken: 'FwoGZXIvYXdzEXAMPLE=' },
    ]) {
      refused(await identityOf(mixed), 403, 'InvalidClientTokenId', noSuchToken);
    }
    refused(
      await identityOf({ ...one, secretAccessKey: two.secretAccessKey }),
      403,
      'SignatureDoesNotMatch',
      mismatch,
    );
  });

  test('a token may be added after signing, but not exchanged', async () => {
    const session = await sessionOf(service.root);
    const { accessKeyId, secretAccessKey, sessionToken = '' } = session;
    const request = await signed(whoAmI(), signing({ credentials: { accessKeyId, secretAccessKey } }));
    const add = (token: string): RawRequest => ({
      ...request,
      headers: [...request.headers, ['x-amz-security-token', token]],
    });
    assert.equal((await send(service, add(sessionToken))).status, 200);
    const other = (await sessionOf(service.root)).sessionToken ?? '';
    refused(await send(service, add(other)), 403, 'InvalidClientTokenId', noSuchToken);
  });

  test('of a session end on the second', async () => {
    const session = await sessionOf(service.root);
    service.stoppedAt = start + 899_999;
    assert.equal((await identityOf(session)).status, 200);
    service.stoppedAt = start + 900_000;
    refused(
      await identityOf(session),
      403,
      'ExpiredToken',
      'The security token included in the request is expired',
    );
  });

  test('of a role end with it, and do not pass to one made anew under its name', async () => {
    const { arn: userArn, credentials } = await addUser(service, 'assumer');
    const { role, arn } = await addRole(service, 'ends', { principals: [userArn] });
    const body = `Action=AssumeRole&Version=2011-06-15&RoleArn=${arn}&RoleSessionName=ss`;
    const reply = await send(service, await signed(rawRequest({ body }), signing({ credentials })));
    const [, accessKeyId = '', secretAccessKey = '', sessionToken = ''] =
      /<AccessKeyId>(.*)<\/AccessKeyId>\s*<SecretAccessKey>(.*)<\/SecretAccessKey>\s*<SessionToken>(.*)<\/SessionToken>/.exec(
        reply.body,
      ) ?? [];
    const session = { accessKeyId, secretAccessKey, sessionToken };
    assert.equal((await identityOf(session)).status, 200);
    await service.house.identity.write(({ delete: remove }) => remove('role', role.id));
    refused(await identityOf(session), 403, 'InvalidClientTokenId', noSuchToken);
    await addRole(service, 'ends', { principals: [userArn] });
    refused(await identityOf(session), 403, 'InvalidClientTokenId', noSuchToken);
  });

  test('of a session outlive the rotation of the token keys, for as long as any may live', async () => {
    // The first token key is of the time when the service was started.
    const begun = Math.floor(Date.now() / 1000) * 1000;
    service.stoppedAt = begun;
    const { keyring } = service.house;
    const { credentials } = await addUser(service, 'long');
    const session = await sessionOf(credentials, 129_600);
    const keys = new Set([keyring.current().id]);
    for (const minutes of [1440, 1446]) {
      service.stoppedAt = begun + minutes * 60_000;
      await keyring.ensure();
      keys.add(keyring.current().id);
    }
    assert.equal(keys.size, 2);
    const second = await sessionOf(credentials, 900);
    assert.equal((await identityOf(second)).status, 200);
    service.stoppedAt = begun + 129_599_000;
    await keyring.ensure();
    assert.equal((await identityOf(session)).status, 200);
    service.stoppedAt = begun + 129_600_000;
    refused(
      await identityOf(session),
      403,
      'ExpiredToken',
      'The security token included in the request is expired',
    );
  });
});

describe('AWS JSON', () => {
  test('needs its target signed: it says which operation is meant', async () => {
    const request = rawRequest({
      method: 'POST',
      body: '{}',
      headers: [
        ['host', 'localhost'],
        ['content-type', 'application/x-amz-json-1.1'],
        ['x-amz-target', 'AWSOrganizationsV20161128.DescribeOrganization'],
      ],
    });
    const inOrganizations = signing({ service: 'organizations' });
    const good = await send(service, await signed(request, inOrganizations));
    assert.match(good.body, /AWSOrganizationsNotInUseException/);
    const bare = await signed(without(request, 'x-amz-target'), inOrganizations);
    const added: RawRequest = {
      ...bare,
      headers: [...bare.headers, ['x-amz-target', 'AWSOrganizationsV20161128.DescribeOrganization']],
    };
    const reply = await send(service, added);
    assert.deepEqual([reply.status, JSON.parse(reply.body).__type], [400, 'InvalidSignatureException']);
  });
});

describe('what a session may not do, whatever policy says', () => {
  const listUsers = rawRequest({
    body: 'Action=ListUsers&Version=2010-05-08',
    headers: [['host', 'localhost']],
  });
  const list = async (credentials: Credentials): Promise<RawReply> =>
    send(service, await signed(listUsers, signing({ credentials, service: 'iam' })));

  test('a session of a user or of root without MFA is unknown to IAM', async () => {
    const { credentials } = await addUser(service, 'iam-user', { policy: allow('iam:*') });
    assert.equal((await list(credentials)).status, 200);
    for (const held of [credentials, service.root]) {
      refused(
        await list(await sessionOf(held)),
        403,
        'InvalidClientTokenId',
        'The security token included in the request is invalid',
      );
    }
  });
});
