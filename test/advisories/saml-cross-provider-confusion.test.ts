/**
 * CVE-2026-49283: with several providers, what one of them says is taken for another's. Here the provider is the one that the request names, in the
 * role's own account; its keys alone verify, its issuer alone is believed, and role, assertion and trust policy must all name that very provider.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateAccountCommand, CreateOrganizationCommand } from '@aws-sdk/client-organizations';
import { type SamlFederation, startSamlFederation } from '../saml-fixture.ts';
import { createSamlIssuer } from '../saml-issuer.ts';

const refused = { name: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithSAML' };
const invalid = (message: string) => ({ name: 'InvalidIdentityTokenException', message });

let federation: SamlFederation;
let otherArn: string;
const other = createSamlIssuer('https://other.example.com/saml');
/** Another key under the first one's name. */
const impostor = createSamlIssuer();

before(async () => {
  federation = await startSamlFederation();
  otherArn = await federation.addProvider('other', other.metadata);
  await federation.addProvider('impostor', impostor.metadata);
});
after(() => federation.stop());

/** A response of one provider for a role, naming any provider. */
function signedBy(issuer: typeof other, role: string, providerArn: string, name = issuer.entityId): string {
  return issuer.sign(federation.response({ issuer: name, roles: [`${role},${providerArn}`] }), 'Assertion');
}

test('each provider is taken for itself', async () => {
  const role = await federation.addRole('of-other', { provider: otherArn });
  const answer = await federation.assume(signedBy(other, role, otherArn), {
    RoleArn: role,
    PrincipalArn: otherArn,
  });
  assert.equal(answer.Issuer, other.entityId);
  assert.notEqual(answer.NameQualifier, (await federation.assume(federation.signed())).NameQualifier);
});

test('a response of one provider is nothing under another’s ARN, whatever it names', async () => {
  const { roleArn, providerArn, issuer } = federation;
  const bad = invalid('Response signature invalid');
  await assert.rejects(federation.assume(signedBy(other, roleArn, providerArn)), bad);
  await assert.rejects(federation.assume(signedBy(other, roleArn, providerArn, issuer.entityId)), bad);
  await assert.rejects(federation.assume(federation.signed(), { PrincipalArn: otherArn }), bad);
});

test('a provider that signs under another’s name is believed for neither', async () => {
  const { roleArn, issuer } = federation;
  const xml = signedBy(other, roleArn, otherArn, issuer.entityId);
  await assert.rejects(
    federation.assume(xml, { PrincipalArn: otherArn }),
    invalid('Issuer not present in specified provider'),
  );
});

test('a provider with the name of another has its own people only: the role does not trust it', async () => {
  const { roleArn, providerArn } = federation;
  const impostorArn = providerArn.replace('idp', 'impostor');
  const xml = signedBy(impostor, roleArn, impostorArn);
  await assert.rejects(federation.assume(xml, { PrincipalArn: impostorArn }), refused);
  await assert.rejects(federation.assume(xml), invalid('Response signature invalid'));
});

test('a role and a provider that the assertion does not name together are not given', async () => {
  const { roleArn, providerArn } = federation;
  const trusting = await federation.addRole('of-both', { provider: providerArn });
  const xml = federation.issuer.sign(
    federation.response({ roles: [`${trusting},${otherArn}`, `${roleArn},${providerArn}`] }),
    'Assertion',
  );
  await assert.rejects(federation.assume(xml, { RoleArn: trusting }), refused);
});

test('a provider of another account gives no role of this one, though its metadata be the same', async () => {
  const { service, roleArn, providerArn, issuer } = federation;
  const organizations = service.organizations(service.root);
  await organizations.send(new CreateOrganizationCommand({}));
  await organizations.send(new CreateAccountCommand({ AccountName: 'other', Email: 'other@example.com' }));
  const account = [...service.house.identity.state.all('account').values()].find(
    ({ name }) => name === 'other',
  );
  assert.ok(account);
  const foreignArn = providerArn.replace(service.accountId, account.id);
  await service.house.identity.write(({ state, put }) => {
    const own = state.all('saml-provider').get(providerArn);
    assert.ok(own);
    put('saml-provider', { ...own, id: foreignArn, account: account.id });
  });
  const trusting = await federation.addRole('of-foreign', { provider: foreignArn });
  for (const role of [roleArn, trusting]) {
    const xml = signedBy(issuer, role, foreignArn);
    await assert.rejects(federation.assume(xml, { RoleArn: role, PrincipalArn: foreignArn }), refused);
  }
});
