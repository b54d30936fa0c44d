import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  DeleteOpenIDConnectProviderCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity';
import { audience, type Federation, startFederation } from '../../federation-fixture.ts';
import { credentialsOf } from '../../started-service.ts';

const refused = {
  name: 'AccessDenied',
  message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
};
const invalid = (message: string) => ({ name: 'InvalidIdentityTokenException', message });
const subject = 'system:serviceaccount:shop:cart';
const tagsClaim = 'https://aws.amazon.com/tags';

let federation: Federation;
let role: string;

before(async () => {
  federation = await startFederation();
  const { prefix } = federation;
  role = await federation.addRole('cart', {
    condition: { StringEquals: { [`${prefix}:sub`]: subject, [`${prefix}:aud`]: audience } },
  });
});
after(() => federation.stop());

function token(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return federation.issuer.sign({ sub: subject, aud: audience, ...claims });
}

describe('AssumeRoleWithWebIdentity', () => {
  test('gives credentials of the role for a token that its trust policy knows, and says whose', async () => {
    const answer = await federation.assume(role, await token());
    const { Credentials, AssumedRoleUser, $metadata, ...rest } = answer;
    assert.deepEqual(rest, {
      Audience: audience,
      Provider: federation.providerArn,
      SubjectFromWebIdentityToken: subject,
    });
    assert.match(AssumedRoleUser?.AssumedRoleId ?? '', /^AROA[A-Z2-7]{17}:session$/);
    const arn = `arn:aws:sts::${federation.service.accountId}:assumed-role/cart/session`;
    assert.equal(AssumedRoleUser?.Arn, arn);
    const sts = federation.service.sts(credentialsOf({ Credentials }));
    assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, arn);
  });

  test('refuses another subject, a role that does not exist and a provider that the role does not trust alike', async () => {
    const foreign = await federation.addRole('foreign', {
      provider: `arn:aws:iam::999988887777:oidc-provider/${federation.prefix}`,
    });
    await assert.rejects(
      federation.assume(role, await token({ sub: 'system:serviceaccount:shop:x' })),
      refused,
    );
    await assert.rejects(federation.assume(`${role}-none`, await token()), refused);
    await assert.rejects(federation.assume(foreign, await token()), refused);
  });

  test('refuses a token of an issuer that the account of the role does not know', async () => {
    const { issuer } = federation;
    const iss = 'https://unknown.example.com';
    await assert.rejects(
      federation.assume(role, await issuer.sign({ sub: subject, aud: audience, iss })),
      invalid(`No OpenIDConnect provider found in your account for ${iss}`),
    );
    const elsewhere = role.replace(federation.service.accountId, '999988887777');
    await assert.rejects(
      federation.assume(elsewhere, await token()),
      invalid(`No OpenIDConnect provider found in your account for ${issuer.url}`),
    );
    const plain = issuer.url.replace('https:', 'http:');
    await assert.rejects(
      federation.assume(role, await issuer.sign({ sub: subject, aud: audience, iss: plain })),
      invalid(`No OpenIDConnect provider found in your account for ${plain}`),
    );
  });

  test('refuses a token that is over, for somebody else, or none', async () => {
    const now = Math.floor(Date.now() / 1000);
    await assert.rejects(federation.assume(role, await token({ exp: now - 1 })), {
      name: 'ExpiredTokenException',
      message: /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
    });
    await assert.rejects(
      federation.assume(role, await token({ aud: 'somebody-else' })),
      invalid('Incorrect token audience'),
    );
    await assert.rejects(
      federation.assume(role, 'none'),
      invalid(
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      ),
    );
  });

  test('takes no ProviderId and no duration beyond the role’s', async () => {
    await assert.rejects(federation.assume(role, await token(), { ProviderId: 'www.amazon.com' }), {
      name: 'ValidationError',
      message:
        'ProviderId is for OAuth 2.0 access tokens, which are not supported; leave it out for OpenID Connect ID tokens.',
    });
    await assert.rejects(federation.assume(role, await token(), { DurationSeconds: 3601 }), {
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    await assert.rejects(federation.assume(role, await token(), { DurationSeconds: 899 }), {
      name: 'ValidationError',
    });
    const answer = await federation.assume(role, await token(), { DurationSeconds: 900 });
    const seconds = ((answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000;
    assert.ok(seconds > 890 && seconds <= 900, `${seconds}`);
    await assert.rejects(federation.assume('no ARN of anything at all', await token()), {
      name: 'ValidationError',
      message: 'no ARN of anything at all is invalid',
    });
  });

  test('carries tags and a source identity when the trust policy allows them, and gives nothing when it does not', async () => {
    const tags = { [tagsClaim]: { principal_tags: { Team: ['blue'] }, transitive_tag_keys: ['Team'] } };
    const source = { 'https://aws.amazon.com/source_identity': 'ada' };
    await assert.rejects(federation.assume(role, await token(tags)), refused);
    await assert.rejects(federation.assume(role, await token(source)), refused);
    const open = await federation.addRole('tagged', {
      actions: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
      condition: {
        StringEquals: {
          'aws:RequestTag/Team': 'blue',
          'sts:SourceIdentity': 'ada',
          'sts:RoleSessionName': 'session',
        },
        'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': ['Team'] },
      },
    });
    const answer = await federation.assume(open, await token({ ...tags, ...source }));
    assert.equal(answer.SourceIdentity, 'ada');
    assert.ok((answer.PackedPolicySize ?? 0) > 0);
    const iam = federation.service.iam(federation.service.root);
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'tagged',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'iam:ListUsers',
              Resource: '*',
              Condition: {
                StringEquals: {
                  'aws:PrincipalTag/Team': 'blue',
                  'aws:SourceIdentity': 'ada',
                  'aws:FederatedProvider': federation.providerArn,
                  [`${federation.prefix}:sub`]: subject,
                  [`${federation.prefix}:aud`]: audience,
                },
                Null: { [`${federation.prefix}:email`]: 'true' },
              },
            },
          ],
        }),
      }),
    );
    const session = federation.service.iam(credentialsOf(answer));
    assert.ok((await session.send(new ListUsersCommand({}))).Users);
    const limited = await federation.assume(
      open,
      await token({ ...tags, ...source, email: 'ada@example.com' }),
      {
        Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}',
      },
    );
    await assert.rejects(federation.service.iam(credentialsOf(limited)).send(new ListUsersCommand({})), {
      name: 'AccessDenied',
    });
  });

  test('gives only roles that the provider names, when it names any, and tells the trust policy', async () => {
    const claim = 'https://aws.amazon.com/roles';
    const strict = await federation.addRole('by-idp', {
      condition: { Bool: { 'sts:RoleAuthorizedByIdp': 'true' } },
    });
    await federation.assume(strict, await token({ [claim]: [strict] }));
    await federation.assume(strict, await token({ [claim]: `${role};${strict}` }));
    await assert.rejects(federation.assume(strict, await token()), refused);
    await assert.rejects(
      federation.assume(strict, await token({ [claim]: [role] })),
      invalid('The https://aws.amazon.com/roles claim of the token does not name the requested role.'),
    );
  });

  test('refuses a session policy that is none and a managed one that is not there', async () => {
    await assert.rejects(federation.assume(role, await token(), { Policy: '{' }), {
      name: 'MalformedPolicyDocumentException',
    });
    const arn = `arn:aws:iam::${federation.service.accountId}:policy/none`;
    await assert.rejects(federation.assume(role, await token(), { PolicyArns: [{ arn }] }), {
      name: 'MalformedPolicyDocumentException',
      message: `Policy ${arn} does not exist or is not attachable.`,
    });
  });

  test('is recorded under the name of whom the token speaks of, and the token is not', async () => {
    const jwt = await token();
    await federation.assume(role, jwt);
    await assert.rejects(
      federation.assume(role, await token({ sub: 'system:serviceaccount:shop:y' })),
      refused,
    );
    const { service, providerArn } = federation;
    await service.sts(service.root).send(new GetSessionTokenCommand({}));
    const directory = join(service.dataDirectory, 'audit');
    const texts = await Promise.all(
      (await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')),
    );
    assert.ok(!texts.join('').includes(jwt));
    const records = texts
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.includes('"eventName":"AssumeRoleWithWebIdentity"'))
      .map((line) => JSON.parse(line));
    const { userIdentity, readOnly, resources, recipientAccountId } = records.find(
      ({ phase, errorCode }) => phase === 'outcome' && errorCode === undefined,
    );
    assert.deepEqual(userIdentity, {
      type: 'WebIdentityUser',
      principalId: `${providerArn}:${audience}:${subject}`,
      userName: subject,
      identityProvider: providerArn,
    });
    assert.equal(readOnly, true);
    assert.deepEqual(resources, [{ accountId: service.accountId, type: 'AWS::IAM::Role', ARN: role }]);
    assert.equal(recipientAccountId, service.accountId);
    const denied = records.find(({ userIdentity: who }) => who.userName === 'system:serviceaccount:shop:y');
    assert.equal(denied.errorCode, 'AccessDenied');
  });
});

test('the SDK’s provider for token files needs nothing but the file and the role', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'brevet-test-token-'));
  const file = join(directory, 'token');
  try {
    await writeFile(file, await token());
    const client = new STSClient({
      region: 'us-east-1',
      endpoint: federation.service.endpoint,
      credentials: fromTokenFile({
        roleArn: role,
        webIdentityTokenFile: file,
        roleSessionName: 'pod',
        clientConfig: { region: 'us-east-1', endpoint: federation.service.endpoint },
      }),
    });
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, `arn:aws:sts::${federation.service.accountId}:assumed-role/cart/pod`);
    client.destroy();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a provider that was deleted vouches for nobody', async () => {
  const other = await startFederation();
  try {
    const trusted = await other.addRole('r');
    const jwt = await other.issuer.sign({ sub: 'a', aud: audience });
    await other.assume(trusted, jwt);
    await other.service
      .iam(other.service.root)
      .send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: other.providerArn }));
    await assert.rejects(
      other.assume(trusted, jwt),
      invalid(`No OpenIDConnect provider found in your account for ${other.issuer.url}`),
    );
  } finally {
    await other.stop();
  }
});
