import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { AccountId, UniqueId } from '#core/identifiers';
import { challengeOf } from '#core/oauth';
import { createTokenKey } from '#core/session-token';
import { type Call, GuessLimit, signIn, type UserCaller } from '#services/operation';
import { authorizeOAuth2Access, createOAuth2Token, sameDevice, type TokenRequest } from '#services/signin';
import {
  type AccountDocument,
  type IdentityStore,
  type LoginProfileDocument,
  openIdentityStore,
  type UserDocument,
} from '#stores/identity';
import { createSecretBox } from '#stores/keyring';
import { absentPorts } from '../absent-ports.ts';
import { isFault } from '../organization-fixture.ts';
import { type DatabaseSource, sources } from './identity-databases.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const box = createSecretBox(createSecretKey(randomBytes(32)), randomBytes);
const tokenKey = createTokenKey('00000001', randomBytes(32));
const account: AccountDocument = {
  ...{ id: '111122223333' as AccountId, name: 'management', email: 'root@example.com', createdAt: 0 },
};
const ada: UserDocument = {
  ...{ account: account.id, path: '/', createdAt: 0, id: 'AIDAADA' as UniqueId, name: 'ada', groups: [] },
  ...{ inlinePolicies: {}, attachedPolicies: [], tags: [] },
};
const profile: LoginProfileDocument = {
  ...{ id: ada.id, account: account.id, createdAt: 0, changedAt: 0, sealedHash: 'sealed' },
  ...{ previousSealedHashes: [], resetRequired: false },
};
const verifier = randomBytes(32).toString('base64url');
const redirectUri = 'http://127.0.0.1:1/oauth/callback';
const client = { clientId: sameDevice, redirectUri };

/** What the process of that store knows. */
function callOf(store: IdentityStore): Call & { readonly caller: UserCaller } {
  return {
    ...{ state: store.state, identity: store, now, box, region: 'us-east-1', isGlobalEndpoint: false },
    caller: { kind: 'user', account, user: ada, accessKeyId: '' },
    ...{ random: randomBytes, tokenKey: () => tokenKey, guesses: new GuessLimit(), ...absentPorts },
    issuerUrl: (id) => id,
    events: { find: () => Promise.resolve([]) },
    findTokenKey: (id) => (id === tokenKey.id ? tokenKey : undefined),
  };
}

/** One token request in the process of that store: it is proven by what that process knows, then run. */
async function token(store: IdentityStore, request: TokenRequest): Promise<string> {
  const call = callOf(store);
  const proven = await createOAuth2Token.prove(request, call);
  createOAuth2Token.load(proven, call);
  return (await createOAuth2Token.run(request, proven, call)).refreshToken;
}

function proofOf(id: string): TokenRequest['proof'] {
  return { thumbprint: 'key', id, expiresAt: now + 300_000 };
}

const isUsed = isFault(
  'ValidationException',
  'The provided authorization grant is invalid, expired, revoked, or malformed',
  { error: 'INVALID_REQUEST' },
);

/** Of the requests made at once exactly one is answered. */
async function oneWins(requests: readonly Promise<string>[]): Promise<string> {
  const outcomes = await Promise.allSettled(requests);
  for (const outcome of outcomes) if (outcome.status === 'rejected') isUsed(outcome.reason);
  const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  assert.equal(answers.length, 1);
  return answers[0] ?? '';
}

for (const [name, openSource] of Object.entries(sources)) {
  describe(`over two processes on ${name}`, () => {
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
        put('user', ada);
        put('login-profile', profile);
      });
      second = await open();
    });
    afterEach(async () => {
      await Promise.all([first.close(), second.close()]);
    });

    test('a code gets one answer, and a proof one, however many ask at once', async () => {
      const call = callOf(first);
      const signedIn = signIn(profile, undefined, now);
      const challenge = challengeOf(verifier);
      const asked = { ...client, signedIn, challenge, scope: 'openid', challengeMethod: 'SHA-256' };
      const code = await authorizeOAuth2Access.run(asked, signedIn, call);
      const withCode = (store: IdentityStore, id: string) => {
        const body = { ...client, grantType: 'authorization_code', code, codeVerifier: verifier };
        return token(store, { body, proof: proofOf(id), issuer: 'here' });
      };
      const refreshToken = await oneWins([
        withCode(first, 'one'),
        withCode(second, 'two'),
        withCode(first, 'three'),
        withCode(second, 'four'),
      ]);
      const refresh = (store: IdentityStore) =>
        token(store, {
          body: { clientId: sameDevice, grantType: 'refresh_token', refreshToken },
          proof: proofOf('five'),
          issuer: 'here',
        });
      assert.equal(await oneWins([refresh(first), refresh(second), refresh(first)]), refreshToken);
    });
  });
}
