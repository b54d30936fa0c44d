import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { type SamlFederation, startSamlFederation } from '../saml-fixture.ts';
import { createSamlifyProvider } from './samlify-provider.ts';

let federation: SamlFederation;
let home: string;
let provider: string;
let role: string;
const samlify = createSamlifyProvider();

before(async () => {
  federation = await startSamlFederation();
  home = await mkdtemp(join(tmpdir(), 'brevet-aws-cli-'));
  await writeFile(join(home, 'metadata.xml'), samlify.metadata);
});
after(async () => {
  await federation.stop();
  await rm(home, { recursive: true, force: true });
});

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the AWS CLI as root, as somebody with these variables, or as nobody. */
function aws(given: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    AWS_PAGER: '',
    AWS_ENDPOINT_URL: federation.service.endpoint,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_DEFAULT_OUTPUT: 'json',
    AWS_MAX_ATTEMPTS: '1',
    ...variables,
  };
  return new Promise((resolve) => {
    execFile('aws', [...given], { cwd: home, env }, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

function asRoot(...given: readonly string[]): Promise<Answer> {
  const { accessKeyId, secretAccessKey } = federation.service.root;
  return aws(given, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
}

/** Signs somebody in at the identity provider and redeems what it says, without any credentials. */
async function redeem(nameId: string): Promise<Answer> {
  const response = await samlify.respond({ nameId, role, provider, sessionName: `${nameId}@example.com` });
  await writeFile(join(home, `${nameId}.b64`), response);
  return aws([
    'sts',
    'assume-role-with-saml',
    ...['--role-arn', role],
    ...['--principal-arn', provider],
    ...['--saml-assertion', `file://${nameId}.b64`],
  ]);
}

test('the AWS CLI registers an identity provider and a role that trusts one of its people', async () => {
  const created = await asRoot(
    'iam',
    'create-saml-provider',
    '--name',
    'corp',
    '--saml-metadata-document',
    'file://metadata.xml',
  );
  provider = (JSON.parse(created.stdout || '{}') as { SAMLProviderArn?: string }).SAMLProviderArn ?? '';
  assert.equal(provider, `arn:aws:iam::${federation.service.accountId}:saml-provider/corp`, created.stderr);
  role = await federation.addRole('developer', {
    provider,
    condition: { StringEquals: { 'saml:sub': 'ada' } },
  });
});

test('assume-role-with-saml gives that person credentials, and what they may not do names them', async () => {
  const { stdout, stderr } = await redeem('ada');
  const { Credentials, Subject } = JSON.parse(stdout || '{}') as {
    Credentials?: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
    Subject?: string;
  };
  assert.equal(Subject, 'ada', stderr);
  assert.ok(Credentials);
  const session = {
    AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
    AWS_SESSION_TOKEN: Credentials.SessionToken,
  };
  const arn = `arn:aws:sts::${federation.service.accountId}:assumed-role/developer/ada@example.com`;
  const who = await aws(['sts', 'get-caller-identity'], session);
  assert.equal((JSON.parse(who.stdout || '{}') as { Arn?: string }).Arn, arn, who.stderr);
  const denied = await aws(['iam', 'list-users'], session);
  assert.match(
    denied.stderr,
    new RegExp(
      `\\(AccessDenied\\) when calling the ListUsers operation: User: ${arn} is not authorized to perform: iam:ListUsers`,
    ),
  );
});

test('it gives nothing to others, nor again to the same', async () => {
  const { stderr } = await redeem('eve');
  assert.match(
    stderr,
    /\(AccessDenied\) when calling the AssumeRoleWithSAML operation: Not authorized to perform sts:AssumeRoleWithSAML/,
  );
  const again = await aws([
    'sts',
    'assume-role-with-saml',
    '--role-arn',
    role,
    '--principal-arn',
    provider,
    '--saml-assertion',
    'file://ada.b64',
  ]);
  assert.match(
    again.stderr,
    /\(InvalidIdentityToken\) when calling the AssumeRoleWithSAML operation: The SAML assertion was redeemed already\./,
  );
});
