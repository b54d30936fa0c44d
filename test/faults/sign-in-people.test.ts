import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { challengeOf } from '#core/oauth';
import { createPersonEntry, type EnterAsPerson, NoiseLimit, type WireRequest } from '#pipeline';
import { GuessLimit } from '#services/operation';
import { authorizeOAuth2Access, consoleLogin, createOAuth2Token, sameDevice } from '#services/signin';
import { AuditLogError } from '#stores/audit-log';
import type { Fault } from '#wire/faults';
import { absentPorts } from '../absent-ports.ts';
import { addPerson, type Person, password } from '../people-fixture.ts';
import { type StartedService, startService } from '../started-service.ts';

const request: WireRequest = {
  ...{ method: 'POST', target: '/v1/authorize', rawHeaders: ['host', 'x'], body: Buffer.alloc(0) },
  ...{ sourceIp: '192.0.2.1', secure: false },
};
const visit = { request, requestId: 'request', region: 'us-east-1' };
const unavailable = {
  name: 'Fault',
  code: 'ServiceUnavailable',
  message: 'The request has failed due to a temporary failure of the server.',
};

let service: StartedService;
let ada: Person;
let enter: EnterAsPerson;
/** How many groups of records the disk still takes. */
let left = 0;

before(async () => {
  service = await startService();
  ada = await addPerson(service, 'ada', { hasDevice: true });
  const { identity, box, keyring, audit, events } = service.house;
  enter = createPersonEntry({
    ...{ identity, box, keyring, events, clock: Date.now, random: randomBytes, noise: new NoiseLimit() },
    ...{ ...absentPorts, guesses: new GuessLimit(), issuerUrl: (id) => id },
    audit: {
      ...audit,
      append: (...records) =>
        left-- > 0 ? audit.append(...records) : Promise.reject(new AuditLogError(new Error('disk full'))),
      appendLater: (record) => audit.appendLater(record),
    },
  });
});
after(() => service.stop());

test('nobody signs in, and no code or credential leaves, without a record of it', async () => {
  const { identity } = service.house;
  const mfaCode = ada.mfaCode?.() ?? '';
  const attempt = { account: service.accountId, userName: 'ada', password, mfaCode, loginTo: 'here' };
  const used = (): unknown => identity.state.all('mfa-device').owned(ada.user.id)[0]?.lastStep;
  await assert.rejects(enter(visit, consoleLogin, attempt), (error: Error) => {
    assert.deepEqual({ name: error.name, code: (error as Fault).code, message: error.message }, unavailable);
    assert.ok(error.cause instanceof AuditLogError, 'the log is told why');
    return true;
  });
  // The intent could not be written, so nothing was: the code is good still.
  assert.equal(used(), undefined);
  left = 2;
  const signedIn = await enter(visit, consoleLogin, attempt);
  assert.notEqual(used(), undefined);

  const verifier = randomBytes(32).toString('base64url');
  const redirectUri = 'http://127.0.0.1:1/oauth/callback';
  const asked = {
    ...{ signedIn, clientId: sameDevice, redirectUri, scope: 'openid' },
    ...{ challenge: challengeOf(verifier), challengeMethod: 'SHA-256' },
  };
  left = 0;
  await assert.rejects(enter(visit, authorizeOAuth2Access, asked), unavailable);
  left = 1;
  const code = await enter(visit, authorizeOAuth2Access, asked);

  const body = { clientId: sameDevice, grantType: 'authorization_code', code, redirectUri };
  const redeem = (id: string) =>
    enter(visit, createOAuth2Token, {
      body: { ...body, codeVerifier: verifier },
      proof: { thumbprint: 'key', id, expiresAt: Date.now() + 1000 },
      issuer: 'here',
    });
  left = 0;
  await assert.rejects(redeem('one'), unavailable);
  assert.deepEqual([...identity.state.all('redeemed-grant').values()], []);
  // The intent is on the disk and the outcome is not: the code is used up, and nothing is given for it.
  left = 1;
  await assert.rejects(redeem('two'), unavailable);
  left = 2;
  await assert.rejects(redeem('three'), {
    name: 'Fault',
    code: 'ValidationException',
    message: 'The provided authorization grant is invalid, expired, revoked, or malformed',
  });
});
