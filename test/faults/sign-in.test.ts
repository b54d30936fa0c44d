import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createSignInEntry, NoiseLimit, type SignInEntry, type WireRequest } from '#pipeline';
import { AuditLogError } from '#stores/audit-log';
import { type SignInFixture, startSignIn } from '../sign-in-fixture.ts';

const wire: WireRequest = {
  ...{ method: 'GET', target: '/federation', rawHeaders: ['host', 'x'], body: Buffer.alloc(0) },
  ...{ sourceIp: '192.0.2.1', secure: false },
};
const visit = { request: wire, requestId: '00000000-0000-4000-8000-000000000000' };
const unavailable = {
  name: 'AuditLogError',
  code: 'Unavailable',
  message: 'the audit log cannot be written',
};

let signIn: SignInFixture;
let entry: SignInEntry;
let left = 0;

before(async () => {
  signIn = await startSignIn();
  const { identity, box, keyring, audit } = signIn.service.house;
  entry = createSignInEntry({
    ...{ identity, box, keyring, clock: Date.now, random: randomBytes, noise: new NoiseLimit() },
    audit: {
      ...audit,
      // The disk is full after so many groups.
      append: (...events) =>
        left-- > 0 ? audit.append(...events) : Promise.reject(new AuditLogError(new Error('disk full'))),
      appendLater: (event) => audit.appendLater(event),
    },
  });
});
after(() => signIn.service.stop());

test('nothing of a sign-in leaves without a record, and nothing is signed out without one', async () => {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = await signIn.assumeRole();
  const given = { accessKeyId, secretAccessKey, sessionToken, sessionSeconds: undefined };
  const signedInWith = async (token: string) =>
    await entry.signIn(visit, () => ({ token, destination: '/' }));
  await assert.rejects(
    entry.issueToken(visit, () => given),
    unavailable,
  );
  left = 1;
  const token = await entry.issueToken(visit, () => given);
  await assert.rejects(signedInWith(token), unavailable);
  left = 1;
  const { cookie } = await signedInWith(token);
  await assert.rejects(entry.signOut(visit, cookie), unavailable);
  assert.notEqual(await entry.find(visit, cookie), undefined);
  // The intent is on the disk and the outcome is not: it was done, and who asked for it is not told that it was.
  left = 1;
  await assert.rejects(entry.signOut(visit, cookie), unavailable);
  assert.equal(await entry.find(visit, cookie), undefined);
});
