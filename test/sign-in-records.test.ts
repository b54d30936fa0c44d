import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import type { AuditEvent } from '#core/audit';
import { addPerson, type Person, Program, password, signedIn } from './people-fixture.ts';
import { type StartedService, startService } from './started-service.ts';

let service: StartedService;
let pam: Person;

before(async () => {
  service = await startService();
  service.stoppedAt = Date.now();
  pam = await addPerson(service, 'pam', { hasDevice: true });
});
after(() => service.stop());

/** The lines of the log; what was answered so far is in it. */
async function auditLines(): Promise<readonly string[]> {
  // A credential is answered only when its record, and with it every earlier one, is on the disk.
  await service.sts(service.root).send(new GetSessionTokenCommand());
  const directory = join(service.dataDirectory, 'audit');
  const files = await Promise.all(
    (await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')),
  );
  return files.flatMap((text) => text.split('\n')).filter((line) => line !== '');
}

async function signInEvents(): Promise<readonly AuditEvent[]> {
  const events = (await auditLines()).map(
    (line) => JSON.parse(line).event ?? JSON.parse(line),
  ) as AuditEvent[];
  return events.filter(
    ({ phase, eventSource }) => phase === 'outcome' && eventSource === 'signin.amazonaws.com',
  );
}

test('records say who signed in, who was given a code and credentials, and who was refused', async () => {
  const { program, tokens } = await signedIn(service, pam);
  await program.submit({ username: 'pam', password: 'guessed it' });
  await program.submit({ username: 'guessed it too' });
  await program.submit({ username: 'pam', account: 'nobody' });
  const events = await signInEvents();
  const { arn, user } = pam;
  const whose = { type: 'IAMUser', principalId: user.id, arn, accountId: service.accountId, userName: 'pam' };
  const loginTo = `${service.endpoint}/v1/authorize`;
  const [login, authorized, created, guessed, unknown, nobody] = events;
  assert.deepEqual(
    events.map(({ eventName, eventType, errorCode }) => [eventName, eventType, errorCode]),
    [
      ['ConsoleLogin', 'AwsConsoleSignIn', undefined],
      ['AuthorizeOAuth2Access', 'AwsApiCall', undefined],
      ['CreateOAuth2Token', 'AwsApiCall', undefined],
      ['ConsoleLogin', 'AwsConsoleSignIn', undefined],
      ['ConsoleLogin', 'AwsConsoleSignIn', undefined],
      ['ConsoleLogin', 'AwsConsoleSignIn', undefined],
    ],
  );
  const { sessionContext, ...identity } = login?.userIdentity ?? { sessionContext: undefined };
  assert.deepEqual(identity, whose);
  assert.equal(sessionContext?.attributes.mfaAuthenticated, 'true');
  assert.deepEqual(login?.responseElements, { ConsoleLogin: 'Success' });
  assert.equal(login?.requestParameters, null);
  assert.deepEqual(login?.additionalEventData, {
    LoginTo: loginTo,
    MobileVersion: 'No',
    MFAIdentifier: 'arn:aws:iam::111122223333:mfa/pam',
    MFAUsed: 'Yes',
  });
  assert.equal(login !== undefined && 'apiVersion' in login, false);
  assert.deepEqual(authorized?.requestParameters, {
    scope: 'openid',
    redirect_uri: 'http://127.0.0.1:53037/oauth/callback',
    code_challenge_method: 'SHA-256',
    client_id: 'arn:aws:signin:::devtools/same-device',
  });
  assert.deepEqual(
    [authorized?.responseElements, authorized?.additionalEventData],
    [null, { success: 'true' }],
  );
  assert.deepEqual(created?.requestParameters, { client_id: 'arn:aws:signin:::devtools/same-device' });
  assert.deepEqual([created?.responseElements, created?.readOnly], [null, true]);
  assert.deepEqual(guessed?.userIdentity, whose);
  assert.equal(guessed?.recipientAccountId, service.accountId);
  assert.equal(guessed?.errorMessage, 'Failed authentication');
  assert.deepEqual(guessed?.responseElements, { ConsoleLogin: 'Failure' });
  assert.deepEqual(guessed?.additionalEventData, { LoginTo: loginTo, MobileVersion: 'No', MFAUsed: 'No' });
  assert.deepEqual(unknown?.userIdentity, {
    type: 'IAMUser',
    accountId: service.accountId,
    userName: 'HIDDEN_DUE_TO_SECURITY_REASONS',
  });
  assert.deepEqual([nobody?.userIdentity, nobody?.recipientAccountId], [{ type: 'Unknown' }, undefined]);

  const text = (await auditLines()).join('\n');
  const { accessToken, refreshToken, idToken = '' } = tokens;
  const secrets = [
    password,
    'guessed it',
    accessToken.secretAccessKey,
    accessToken.sessionToken,
    refreshToken,
    idToken,
  ];
  for (const secret of [...secrets, program.verifier, program.state])
    assert.equal(text.includes(secret), false);
});

test('refusals of one source beyond twenty in a minute are counted instead of recorded', async () => {
  const program = new Program(service);
  await Promise.all(Array.from({ length: 24 }, () => program.submit({ username: 'flood', password: 'x' })));
  const flooded = (await signInEvents()).filter(
    ({ userIdentity }) => userIdentity.userName === 'HIDDEN_DUE_TO_SECURITY_REASONS',
  );
  // Three of the minute's twenty were the test before this, one of them with a hidden name.
  assert.equal(flooded.length, 18);
});
