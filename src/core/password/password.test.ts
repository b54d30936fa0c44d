import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { hashPassword, matchPassword, passwordSaltBytes } from '#core/password';

const salt = Buffer.alloc(passwordSaltBytes, 7);

test('a password matches its own hash and nothing else does', async () => {
  const stored = await hashPassword('correct horse', salt);
  assert.match(stored, /^scrypt:32768:8:3:BwcHBwcHBwcHBwcHBwcHBw==:[A-Za-z0-9+/]{43}=$/);
  assert.equal(await matchPassword('correct horse', stored), true);
  assert.equal(await matchPassword('correct horsf', stored), false);
  assert.equal(await matchPassword('', stored), false);
});

test('the parameters are those that were stored', async () => {
  // RFC 7914 §12: the second test vector, cut to the 32 bytes kept here (PBKDF2 makes them one after another).
  const hash = Buffer.from('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162', 'hex');
  const stored = `scrypt:1024:8:16:${Buffer.from('NaCl').toString('base64')}:${hash.toString('base64')}`;
  assert.equal(await matchPassword('password', stored), true);
  assert.equal(await matchPassword('Password', stored), false);
});

test('another salt gives another hash', async () => {
  const other = Buffer.alloc(passwordSaltBytes, 8);
  assert.notEqual(await hashPassword('same', salt), await hashPassword('same', other));
});

test('what is no hash is refused instead of compared', async () => {
  const refusal = {
    code: 'MalformedPasswordHash',
    message: 'what is stored as the hash of a password is none',
  };
  await assert.rejects(matchPassword('password', ''), refusal);
  await assert.rejects(matchPassword('password', 'scrypt:32768:8:3:c2FsdA==:c2hvcnQ='), refusal);
});

test('hashing leaves the event loop free', async () => {
  const turns: string[] = [];
  const hashing = hashPassword('password', salt).then(() => turns.push('hashed'));
  setImmediate(() => turns.push('turned'));
  await hashing;
  assert.deepEqual(turns, ['turned', 'hashed']);
});

test('many hashes at once leave threads for the disk', async () => {
  let done = 0;
  const hashes = Array.from({ length: 6 }, () => hashPassword('word', new Uint8Array(16)).then(() => done++));
  await readFile(import.meta.filename);
  assert.equal(done, 0);
  await Promise.all(hashes);
});
