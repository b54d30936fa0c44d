/**
 * Account confusion: a trust policy is taken that names another account's provider, as AWS takes it, and it trusts nobody. Tokens and assertions
 * are proven by providers of the role's own account alone, so that no account can vouch for people into another one.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateOpenIDConnectProviderCommand,
  CreateSAMLProviderCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { audience, type Federation, startFederation } from '../federation-fixture.ts';
import { addAccount, addUser, allow } from '../principals.ts';
import { type SamlFederation, startSamlFederation } from '../saml-fixture.ts';
import type { StartedService } from '../started-service.ts';
import { createIssuerKey, startTokenIssuer } from '../token-issuer.ts';

const other = '999988887777';

/** An administrator of another account of the service. */
async function otherAdmin(service: StartedService): Promise<IAMClient> {
  await addAccount(service, other);
  return service.iam((await addUser(service, 'admin', { account: other, policy: allow('*') })).credentials);
}

describe('an OpenID Connect provider of another account', () => {
  const refused = {
    name: 'AccessDenied',
    message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  };
  let federation: Federation;
  let iam: IAMClient;

  before(async () => {
    federation = await startFederation();
    iam = await otherAdmin(federation.service);
  });
  after(() => federation.stop());

  async function addOtherProvider(Url: string): Promise<string> {
    const answer = await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: [audience] }));
    return answer.OpenIDConnectProviderArn ?? '';
  }

  test('is nobody whom a role could trust, although its own account has the same issuer', async () => {
    const provider = await addOtherProvider(federation.issuer.url);
    assert.ok(provider.startsWith(`arn:aws:iam::${other}:oidc-provider/`));
    const role = await federation.addRole('trusts-another-account', { provider });
    const token = await federation.issuer.sign({ sub: 'a', aud: audience });
    await assert.rejects(federation.assume(role, token), refused);
    const own = await federation.addRole('trusts-its-own');
    assert.ok((await federation.assume(own, token)).Credentials);
  });

  test('vouches for nobody where the role’s account has not its issuer', async () => {
    const issuer = await startTokenIssuer(
      federation.authority.issue(['localhost']),
      await createIssuerKey('key-2'),
    );
    try {
      const provider = await addOtherProvider(issuer.url);
      const role = await federation.addRole('trusts-a-stranger', { provider });
      await assert.rejects(federation.assume(role, await issuer.sign({ sub: 'a', aud: audience })), {
        name: 'InvalidIdentityTokenException',
        message: `No OpenIDConnect provider found in your account for ${issuer.url}`,
      });
      assert.equal(issuer.requests, 0);
    } finally {
      await issuer.stop();
    }
  });
});

describe('a SAML provider of another account', () => {
  let federation: SamlFederation;

  before(async () => {
    federation = await startSamlFederation();
  });
  after(() => federation.stop());

  test('vouches for nobody, whatever the trust policy and the assertion say', async () => {
    const iam = await otherAdmin(federation.service);
    const { SAMLProviderArn: provider = '' } = await iam.send(
      new CreateSAMLProviderCommand({ Name: 'idp', SAMLMetadataDocument: federation.issuer.metadata }),
    );
    const role = await federation.addRole('trusts-another-account', { provider });
    await assert.rejects(
      federation.assume(federation.signed({ roles: [`${role},${provider}`] }), {
        RoleArn: role,
        PrincipalArn: provider,
      }),
      { name: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithSAML' },
    );
    // By the provider of the role's own account, which the role does not trust.
    await assert.rejects(federation.assume(federation.signed({ role }), { RoleArn: role }), {
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithSAML',
    });
  });
});
