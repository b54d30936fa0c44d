import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { FederationError } from '#core/federation';
import type { AccountId, UniqueId } from '#core/identifiers';
import { createTokenKey } from '#core/session-token';
import { ProviderKeys } from '#services/operation';
import { sts } from '#services/sts';
import {
  type AccountDocument,
  type IdentityStore,
  openIdentityStore,
  type RoleDocument,
  type SamlProviderDocument,
} from '#stores/identity';
import { createSecretBox } from '#stores/keyring';
import { createSamlIssuer, encodeResponse, samlResponse } from '../saml-issuer.ts';
import { type DatabaseSource, sources } from './identity-databases.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const box = createSecretBox(createSecretKey(randomBytes(32)), randomBytes);
const tokenKey = createTokenKey('00000001', randomBytes(32));
const issuer = createSamlIssuer();

const account: AccountDocument = {
  id: '111122223333' as AccountId,
  name: 'management',
  email: 'root@example.com',
  createdAt: 0,
};
const role: RoleDocument = {
  id: 'AROAROLE' as UniqueId,
  account: account.id,
  name: 'person',
  path: '/',
  createdAt: 0,
  inlinePolicies: {},
  attachedPolicies: [],
  tags: [],
  maxSessionDurationSeconds: 3600,
  trustPolicy: '{"Version":"2012-10-17","Statement":[]}',
  trustedIds: {},
};
const roleArn = 'arn:aws:iam::111122223333:role/person';
const provider: SamlProviderDocument = {
  id: 'arn:aws:iam::111122223333:saml-provider/idp',
  account: account.id,
  name: 'idp',
  uuid: 'SAMLSPTEST',
  metadata: issuer.metadata,
  entityId: issuer.entityId,
  signingKeys: [issuer.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
  validUntil: now,
  createdAt: 0,
  privateKeys: [],
  tags: [],
};
const outbound = { get: () => Promise.reject(new Error('nothing is fetched here')) };

function signed(): string {
  const xml = samlResponse({ now, issuer: issuer.entityId, roles: [`${roleArn},${provider.id}`] });
  return encodeResponse(issuer.sign(xml, 'Assertion'));
}

/** One redemption in the process of that store: it looks at what that process knows, then runs. */
async function redeem(identity: IdentityStore, SAMLAssertion: string): Promise<unknown> {
  const operation = sts.AssumeRoleWithSAML;
  const input = { RoleArn: roleArn, PrincipalArn: provider.id, SAMLAssertion };
  const moment = { state: identity.state, region: 'us-east-1', now };
  const keys = new ProviderKeys(outbound, () => now);
  const proven = await operation.prove(input, moment, { keys, box, ownUrl: 'https://brevet.example.com' });
  const loaded = operation.load(input, proven, moment);
  const { caller } = loaded;
  return operation.run(input, loaded, {
    ...moment,
    identity,
    caller,
    random: randomBytes,
    tokenKey: () => tokenKey,
  });
}

function isReplay(error: unknown): boolean {
  return error instanceof FederationError && error.message === 'The SAML assertion was redeemed already.';
}

for (const [name, openSource] of Object.entries(sources)) {
  describe(`an assertion over two processes on ${name}`, () => {
    let source: DatabaseSource;
    let first: IdentityStore;
    let second: IdentityStore;
    before(async () => {
      source = await openSource();
    });
    after(() => source.stop());
    beforeEach(async () => {
      const database = await source.createDatabase();
      const open = async (): Promise<IdentityStore> =>
        openIdentityStore(await database.open(), (error) => {
          throw error;
        });
      first = await open();
      await first.write(({ put }) => {
        put('account', account);
        put('role', role);
        put('saml-provider', provider);
      });
      second = await open();
    });
    afterEach(async () => {
      await first.close();
      await second.close();
    });

    test('is taken once, whichever process is asked at the same moment', async () => {
      const assertion = signed();
      const outcomes = await Promise.allSettled(
        [first, second, first, second].map((store) => redeem(store, assertion)),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') assert.ok(isReplay(outcome.reason), String(outcome.reason));
    });

    test('is refused by a process that has not heard yet that it was taken', async () => {
      const assertion = signed();
      await redeem(first, assertion);
      await assert.rejects(redeem(second, assertion), isReplay);
      await redeem(second, signed());
    });
  });
}
