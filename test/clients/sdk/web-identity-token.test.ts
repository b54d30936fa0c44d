import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DisableOutboundWebIdentityFederationCommand,
  EnableOutboundWebIdentityFederationCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  GetWebIdentityTokenCommand,
  type GetWebIdentityTokenCommandInput,
} from '@aws-sdk/client-sts';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { allowInsecureRequests, discovery } from 'openid-client';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

let service: StartedService;
let issuer: string;
let ada: Credentials;
let session: Credentials;

const account = '111122223333';
const request = { Audience: ['vault.example.com'], SigningAlgorithm: 'ES384' };

function allow(actions: readonly string[], condition: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*', Condition: condition }],
  });
}

before(async () => {
  service = await startService();
  const iam = service.iam(service.root);
  await iam.send(new CreateUserCommand({ UserName: 'ada', Path: '/eng/' }));
  await iam.send(new TagUserCommand({ UserName: 'ada', Tags: [{ Key: 'team', Value: 'blue' }] }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
  ada = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'ada',
      PolicyName: 'tokens',
      PolicyDocument: allow(['sts:GetWebIdentityToken', 'sts:TagSession', 'sts:GetFederationToken']),
    }),
  );
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'job',
      Path: '/ci/',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${account}:user/eng/ada` },
            Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
          },
        ],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'job',
      PolicyName: 'tokens',
      PolicyDocument: allow(['sts:GetWebIdentityToken', 'sts:TagGetWebIdentityToken']),
    }),
  );
  session = credentialsOf(
    await service.sts(ada).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${account}:role/ci/job`,
        RoleSessionName: 'run-1',
        DurationSeconds: 900,
        SourceIdentity: 'ada@example.com',
        Tags: [{ Key: 'build', Value: '42' }],
      }),
    ),
  );
  const enabled = await iam.send(new EnableOutboundWebIdentityFederationCommand({}));
  issuer = enabled.IssuerIdentifier ?? '';
});
after(() => service.stop());

function getToken(credentials: Credentials, more: Partial<GetWebIdentityTokenCommandInput> = {}) {
  return service.sts(credentials).send(new GetWebIdentityTokenCommand({ ...request, ...more }));
}

/** Verifies as a stranger does: discovery by openid-client, keys and signature by jose. */
async function verify(token: string | undefined, audience: string) {
  const found = await discovery(new URL(issuer), audience, undefined, undefined, {
    execute: [allowInsecureRequests],
  });
  const metadata = found.serverMetadata();
  assert.equal(metadata.issuer, issuer);
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri ?? ''));
  return jwtVerify(token ?? '', keys, { issuer: metadata.issuer, audience });
}

describe('tokens', () => {
  test('a user gets one that says who they are, good for five minutes', async () => {
    const { WebIdentityToken, Expiration } = await getToken(ada);
    const { payload, protectedHeader } = await verify(WebIdentityToken, 'vault.example.com');
    assert.deepEqual(protectedHeader, { alg: 'ES384', kid: 'EC384_0', typ: 'JWT' });
    const { iat = 0, exp, jti, ...rest } = payload;
    assert.equal(exp, iat + 300);
    assert.equal(Expiration?.getTime(), (iat + 300) * 1000);
    assert.match(jti ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      iss: issuer,
      aud: 'vault.example.com',
      sub: `arn:aws:iam::${account}:user/eng/ada`,
      'https://sts.amazonaws.com/': {
        aws_account: account,
        source_region: 'us-east-1',
        principal_tags: { team: 'blue' },
        request_tags: {},
      },
    });
  });

  test('a session gets one of its role, with its tags, its source and its end', async () => {
    const { WebIdentityToken } = await getToken(session, {
      SigningAlgorithm: 'RS256',
      Audience: ['one', 'two'],
      DurationSeconds: 60,
      Tags: [{ Key: 'step', Value: 'deploy' }],
    });
    const { payload, protectedHeader } = await verify(WebIdentityToken, 'two');
    assert.deepEqual(protectedHeader, { alg: 'RS256', kid: 'RSA_0', typ: 'JWT' });
    assert.deepEqual(payload.aud, ['one', 'two']);
    assert.equal(payload.sub, `arn:aws:iam::${account}:role/ci/job`);
    const { original_session_exp: end, ...facts } = payload['https://sts.amazonaws.com/'] as Record<
      string,
      unknown
    >;
    assert.match(String(end), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(facts, {
      aws_account: account,
      source_region: 'us-east-1',
      principal_tags: { build: '42' },
      request_tags: { step: 'deploy' },
      source_identity: 'ada@example.com',
    });
  });

  test('no token outlives the session that asks for it', async () => {
    await assert.rejects(getToken(session, { DurationSeconds: 901 }), {
      name: 'SessionDurationEscalationException',
      message: 'The requested token duration would extend past the expiration of the calling session.',
    });
  });

  test('the token stands in no record, and what was asked for does', async () => {
    const { WebIdentityToken = '' } = await getToken(ada, { Audience: ['recorded.example.com'] });
    const directory = join(service.dataDirectory, 'audit');
    const files = (await readdir(directory)).filter((name) => name.endsWith('.jsonl'));
    const log = (await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))).join('');
    assert.ok(log.includes('"eventName":"GetWebIdentityToken"'));
    assert.ok(log.includes('recorded.example.com'));
    assert.ok(!log.includes(WebIdentityToken));
    assert.ok(!log.includes(WebIdentityToken.split('.')[1] ?? ''));
  });

  test('the signature of one token fits no other', async () => {
    const [one, other] = await Promise.all([getToken(ada), getToken(session)]);
    const [header, payload] = one.WebIdentityToken?.split('.') ?? [];
    const signature = other.WebIdentityToken?.split('.')[2];
    await assert.rejects(verify(`${header}.${payload}.${signature}`, 'vault.example.com'), {
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });
});

describe('refusals', () => {
  test('tags need a permission of their own', async () => {
    const tagged = { Tags: [{ Key: 'step', Value: 'deploy' }] };
    await assert.rejects(getToken(ada, tagged), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${account}:user/eng/ada is not authorized to perform: sts:TagGetWebIdentityToken because no identity-based policy allows the sts:TagGetWebIdentityToken action`,
    });
  });

  test('policies limit audiences, durations, algorithms and tags', async () => {
    const iam = service.iam(service.root);
    await iam.send(new CreateUserCommand({ UserName: 'limited' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'limited' }));
    const limited = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    await iam.send(
      new PutUserPolicyCommand({
        UserName: 'limited',
        PolicyName: 'tokens',
        PolicyDocument: allow(['sts:GetWebIdentityToken', 'sts:TagGetWebIdentityToken'], {
          'ForAllValues:StringEquals': {
            'sts:IdentityTokenAudience': ['a', 'b'],
            'aws:TagKeys': ['step'],
          },
          NumericLessThanEquals: { 'sts:DurationSeconds': '600' },
          StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
          StringEqualsIfExists: { 'aws:RequestTag/step': 'deploy' },
        }),
      }),
    );
    const good = {
      Audience: ['a', 'b'],
      SigningAlgorithm: 'RS256',
      DurationSeconds: 600,
      Tags: [{ Key: 'step', Value: 'deploy' }],
    };
    assert.ok((await getToken(limited, good)).WebIdentityToken);
    const bad: readonly Partial<GetWebIdentityTokenCommandInput>[] = [
      { Audience: ['a', 'c'] },
      { SigningAlgorithm: 'ES384' },
      { DurationSeconds: 601 },
      { Tags: [{ Key: 'step', Value: 'other' }] },
      { Tags: [{ Key: 'other', Value: 'deploy' }] },
    ];
    for (const change of bad) {
      await assert.rejects(getToken(limited, { ...good, ...change }), {
        name: 'AccessDenied',
        message: `User: arn:aws:iam::${account}:user/limited is not authorized to perform: sts:GetWebIdentityToken because no identity-based policy allows the sts:GetWebIdentityToken action`,
      });
    }
  });

  test('sessions of a user and federated users get none', async () => {
    const refused = {
      name: 'AccessDenied',
      message: 'Cannot call GetWebIdentityToken with session credentials',
    };
    const own = credentialsOf(await service.sts(ada).send(new GetSessionTokenCommand({})));
    await assert.rejects(getToken(own), refused);
    const federated = credentialsOf(
      await service
        .sts(ada)
        .send(new GetFederationTokenCommand({ Name: 'bob', Policy: allow(['sts:GetWebIdentityToken']) })),
    );
    await assert.rejects(getToken(federated), refused);
  });

  test('an algorithm that is none', async () => {
    await assert.rejects(getToken(ada, { SigningAlgorithm: 'HS256' }), {
      name: 'ValidationError',
      message: 'SigningAlgorithm must be one of RS256, ES384.',
    });
  });

  test('a payload that is too large', async () => {
    const Tags = Array.from({ length: 50 }, (_, index) => ({
      Key: `${'k'.repeat(120)}${index}`,
      Value: 'v'.repeat(256),
    }));
    await assert.rejects(getToken(session, { Tags }), {
      name: 'JWTPayloadSizeExceededException',
      message:
        'The payload of the token exceeds 12000 bytes. Reduce the number or size of the audiences and tags.',
    });
  });
});

describe('the issuer', () => {
  test('says of itself what AWS says of its issuers, and no more', async () => {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('cache-control'), 'public, max-age=3600');
    assert.deepEqual(await response.json(), {
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'jti', 'https://sts.amazonaws.com/'],
      id_token_signing_alg_values_supported: ['RS256', 'ES384'],
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      subject_types_supported: ['public'],
    });
  });

  test('publishes the public half of its keys and nothing of the private one', async () => {
    const { keys } = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as {
      keys: Record<string, string>[];
    };
    assert.deepEqual(
      keys.map((key) => Object.keys(key).sort()),
      [
        ['e', 'kid', 'kty', 'n', 'use'],
        ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      ],
    );
    assert.deepEqual(
      keys.map(({ kid, kty, use }) => [kid, kty, use]),
      [
        ['RSA_0', 'RSA', 'sig'],
        ['EC384_0', 'EC', 'sig'],
      ],
    );
  });

  test('is unknown under another id, and takes nothing but GET and HEAD', async () => {
    const unknown = issuer.replace(/[0-9a-f]{12}$/, '000000000000');
    assert.equal((await fetch(`${unknown}/.well-known/jwks.json`)).status, 404);
    const posted = await fetch(`${issuer}/.well-known/jwks.json`, { method: 'POST', body: 'x' });
    assert.equal(posted.status, 405);
  });

  test('stays when the account issues no more, so that living tokens can be verified', async () => {
    const { WebIdentityToken } = await getToken(ada);
    await service.iam(service.root).send(new DisableOutboundWebIdentityFederationCommand({}));
    await assert.rejects(getToken(ada), {
      name: 'OutboundWebIdentityFederationDisabledException',
      message: 'Outbound web identity federation is not enabled for this account.',
    });
    await verify(WebIdentityToken, 'vault.example.com');
    await service.iam(service.root).send(new EnableOutboundWebIdentityFederationCommand({}));
  });
});
