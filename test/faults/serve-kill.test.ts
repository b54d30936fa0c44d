import assert from 'node:assert/strict';
import { test } from 'node:test';
import { walkKillRounds } from './kill-rounds.ts';

test('a service killed in the middle of writing loses nothing it acknowledged, and no credential is without its record', async () => {
  const { rounds, users, credentials } = await walkKillRounds((done) => done < 3);
  assert.equal(rounds, 3);
  assert.ok(users > 20 && credentials > 40, `${users} ${credentials}`);
});
