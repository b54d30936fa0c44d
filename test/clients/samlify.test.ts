import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type SamlFederation, startSamlFederation } from '../saml-fixture.ts';
import { credentialsOf } from '../started-service.ts';
import { createSamlifyProvider } from './samlify-provider.ts';

let federation: SamlFederation;
before(async () => {
  federation = await startSamlFederation();
});
after(() => federation.stop());

const cases = [
  { name: 'assertion', options: {} },
  { name: 'message', options: { signs: 'message' } },
  { name: 'both', options: { signs: 'both', hash: 'sha512' } },
  { name: 'aes128', options: { encrypts: 'aes128' } },
  { name: 'aes256', options: { encrypts: 'aes256', signs: 'both' } },
  { name: 'aes128-gcm', options: { encrypts: 'aes128-gcm' } },
  { name: 'aes256-gcm', options: { encrypts: 'aes256-gcm', signs: 'message' } },
] as const;

for (const { name, options } of cases) {
  test(`samlify as identity provider, ${JSON.stringify(options)}: its metadata is taken, and its people get their role`, async () => {
    const { service } = federation;
    const samlify = createSamlifyProvider(options);
    const encrypts = 'encrypts' in options;
    const provider = await federation.addProvider(
      `samlify-${name}`,
      samlify.metadata,
      encrypts ? { AssertionEncryptionMode: 'Required', AddPrivateKey: samlify.decryptionKey } : {},
    );
    const role = await federation.addRole(`of-${name}`, {
      provider,
      condition: { StringEquals: { 'saml:sub': 'ada' } },
    });
    const redeem = async (nameId: string) =>
      federation.assume('', {
        RoleArn: role,
        PrincipalArn: provider,
        SAMLAssertion: await samlify.respond({
          nameId,
          role,
          provider,
          sessionName: `${nameId}@example.com`,
        }),
      });
    const answer = await redeem('ada');
    assert.equal(answer.Subject, 'ada');
    assert.equal(answer.Issuer, 'https://samlify.example.com/metadata');
    const who = await service.sts(credentialsOf(answer)).send(new GetCallerIdentityCommand({}));
    assert.equal(who.Arn, `arn:aws:sts::${service.accountId}:assumed-role/of-${name}/ada@example.com`);
    await assert.rejects(redeem('eve'), {
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithSAML',
    });
  });
}
