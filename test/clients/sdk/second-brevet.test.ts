/**
 * One Brevet is the identity provider of another. Tokens go through a file and the AWS SDK's own provider; discovery
 * and keys are fetched over TLS, as the settings say. Issuers are paths and, with a domain, hosts.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  EnableOutboundWebIdentityFederationCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity';
import { createAddressGuard, openOutboundHttp } from '#stores/outbound-http';
import { type Authority, createAuthority } from '../../certificate-authority.ts';
import { type Serving, startServing } from '../../serve-process.ts';
import { type Credentials, type StartedService, startService } from '../../started-service.ts';

const audience = 'second.example.com';
const domain = 'brevet.test';

let directory: string;
let authority: Authority;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'brevet-second-'));
  authority = createAuthority();
  await writeFile(join(directory, 'ca.pem'), authority.certificate);
});
after(() => rm(directory, { recursive: true, force: true }));

/** Where a service is, as whom to call it, and by which certificates it is believed. */
interface Place {
  readonly endpoint: string;
  readonly credentials: Credentials;
}

function clientOf<C>(Client: new (config: never) => C, { endpoint, credentials }: Place): C {
  const config = {
    endpoint,
    credentials,
    region: 'us-east-1',
    maxAttempts: 1,
    requestHandler: { httpsAgent: new Agent({ ca: authority.certificate }) },
  };
  return new Client(config as never);
}

/** The first service: `brevet serve` with TLS, believing the authority itself and reaching itself. */
async function startIssuing(name: string, names: readonly string[], more: string): Promise<Serving> {
  const { certificate, privateKey } = authority.issue(names);
  await writeFile(join(directory, `${name}.crt`), certificate);
  await writeFile(join(directory, `${name}.key`), privateKey, { mode: 0o600 });
  const config = join(directory, `${name}.yaml`);
  await writeFile(
    config,
    [
      `tls: { certFile: ${name}.crt, keyFile: ${name}.key }`,
      'outbound: { allow: ["127.0.0.0/8"], caFile: ca.pem }',
      more,
    ].join('\n'),
  );
  return startServing({ dataDirectory: join(directory, name), arguments: ['--config', config] });
}

interface Issuing extends Place {
  readonly serving: Serving;
  readonly account: string;
  readonly issuer: string;
}

async function issuingAt(serving: Serving): Promise<Issuing> {
  const place = { endpoint: serving.endpoint, credentials: await serving.root() };
  const iam = clientOf(IAMClient, place);
  const { IssuerIdentifier = '' } = await iam.send(new EnableOutboundWebIdentityFederationCommand({}));
  const { Account = '' } = await clientOf(STSClient, place).send(new GetCallerIdentityCommand({}));
  return { ...place, serving, account: Account, issuer: IssuerIdentifier };
}

/** A user of the first service, and a token of theirs. */
async function tokenOf(
  first: Issuing,
  UserName: string,
  SigningAlgorithm = 'ES384',
  to = audience,
): Promise<string> {
  const iam = clientOf(IAMClient, first);
  await iam.send(new CreateUserCommand({ UserName }));
  const statement = { Effect: 'Allow', Action: 'sts:GetWebIdentityToken', Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'tokens', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  const sts = clientOf(STSClient, { ...first, credentials });
  const { WebIdentityToken = '' } = await sts.send(
    new GetWebIdentityTokenCommand({ Audience: [to], SigningAlgorithm }),
  );
  return WebIdentityToken;
}

/** Registers the issuer in an account of a service, with a role for one subject; returns the role's ARN. */
async function trust(place: Place, account: string, issuer: string, subject: string): Promise<string> {
  const iam = clientOf(IAMClient, place);
  const { OpenIDConnectProviderArn: provider } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: [audience] }),
  );
  const name = issuer.slice('https://'.length);
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: provider },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${name}:sub`]: subject, [`${name}:aud`]: audience } },
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(new CreateRoleCommand({ RoleName: 'guest', AssumeRolePolicyDocument }));
  return `arn:aws:iam::${account}:role/guest`;
}

/** Who the SDK is with nothing but a token file and a role. */
async function whoIs(endpoint: string, roleArn: string, token: string): Promise<string | undefined> {
  const file = join(await mkdtemp(join(directory, 'token-')), 'token');
  await writeFile(file, token);
  const clientConfig = { region: 'us-east-1', endpoint, maxAttempts: 1 };
  const credentials = fromTokenFile({
    roleArn,
    webIdentityTokenFile: file,
    roleSessionName: 'visit',
    clientConfig,
  });
  const client = new STSClient({ ...clientConfig, credentials });
  return (await client.send(new GetCallerIdentityCommand({}))).Arn;
}

describe('a second brevet serve, told of the first by its settings', () => {
  let first: Issuing;
  let second: Serving;
  let account: string;
  let role: string;

  before(async () => {
    first = await issuingAt(await startIssuing('first', ['127.0.0.1'], ''));
    const config = join(directory, 'second.yaml');
    await writeFile(config, 'outbound: { allow: ["127.0.0.0/8"], caFile: ca.pem }\n');
    second = await startServing({
      dataDirectory: join(directory, 'second'),
      arguments: ['--config', config],
    });
    const place = { endpoint: second.endpoint, credentials: await second.root() };
    const { Account = '' } = await clientOf(STSClient, place).send(new GetCallerIdentityCommand({}));
    account = Account;
    role = await trust(place, account, first.issuer, `arn:aws:iam::${first.account}:user/ada`);
  });
  after(async () => {
    await second.stop();
    await first.serving.stop();
  });

  test('accepts tokens of the first for whom the role trusts, by the SDK’s provider for token files', async () => {
    assert.match(first.issuer, /^https:\/\/127\.0\.0\.1:\d+\/outbound\/[0-9a-f-]{36}$/);
    const arn = `arn:aws:sts::${account}:assumed-role/guest/visit`;
    const token = await tokenOf(first, 'ada');
    assert.equal(await whoIs(second.endpoint, role, token), arn);
    await assert.rejects(whoIs(second.endpoint, role, await tokenOf(first, 'eve', 'RS256')), {
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    });
  });

  test('refuses those for somebody else', async () => {
    await assert.rejects(
      whoIs(second.endpoint, role, await tokenOf(first, 'bob', 'RS256', 'third.example.com')),
      { name: 'InvalidIdentityTokenException', message: 'Incorrect token audience' },
    );
  });

  test('but the first does not take back its own', async () => {
    const own = await trust(first, first.account, first.issuer, `arn:aws:iam::${first.account}:user/carl`);
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: own,
      RoleSessionName: 'visit',
      WebIdentityToken: await tokenOf(first, 'carl'),
    });
    await assert.rejects(clientOf(STSClient, first).send(command), {
      name: 'InvalidIdentityTokenException',
      message: 'Tokens of GetWebIdentityToken are not accepted by the service that issues them.',
    });
  });
});

describe('an issuer that is a host', () => {
  let first: Issuing;
  let second: StartedService;
  const asked = new Set<string>();

  before(async () => {
    const names = ['127.0.0.1', `*.tokens.sts.${domain}`];
    first = await issuingAt(await startIssuing('hosts', names, `endpoint: { domain: ${domain} }`));
    second = await startService({
      outbound: openOutboundHttp({
        guard: createAddressGuard(['127.0.0.0/8']),
        authorities: [authority.certificate],
        resolve: async (host) => {
          asked.add(host);
          return ['127.0.0.1'];
        },
      }),
    });
  });
  after(async () => {
    await second.stop();
    await first.serving.stop();
  });

  test('is found by its name, and its tokens are accepted', async () => {
    const { hostname, port } = new URL(first.issuer);
    assert.match(hostname, /^[0-9a-f-]{36}\.tokens\.sts\.brevet\.test$/);
    assert.equal(port, new URL(first.endpoint).port);
    const place = { endpoint: second.endpoint, credentials: second.root };
    const subject = `arn:aws:iam::${first.account}:user/ada`;
    const role = await trust(place, second.accountId, first.issuer, subject);
    assert.equal(
      await whoIs(second.endpoint, role, await tokenOf(first, 'ada', 'RS256')),
      `arn:aws:sts::${second.accountId}:assumed-role/guest/visit`,
    );
    assert.deepEqual([...asked], [hostname]);
  });

  test('refuses its own tokens, too', async () => {
    const own = await trust(first, first.account, first.issuer, `arn:aws:iam::${first.account}:user/carl`);
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: own,
      RoleSessionName: 'visit',
      WebIdentityToken: await tokenOf(first, 'carl'),
    });
    await assert.rejects(clientOf(STSClient, first).send(command), {
      name: 'InvalidIdentityTokenException',
      message: 'Tokens of GetWebIdentityToken are not accepted by the service that issues them.',
    });
  });
});
