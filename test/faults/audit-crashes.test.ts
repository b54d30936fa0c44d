import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { killAt, prepareVictim, type Victim } from './audit-crashes.ts';

const kills = 100;
let victim: Victim;

before(async () => {
  victim = await prepareVictim();
});
after(() => victim.service.stop());

describe('a service that is killed while it hands out credentials', () => {
  test(`has the records of each in both accounts, and no torn one, over ${kills} kills at as many steps`, async () => {
    let released = 0;
    for (let kill = 0; kill < kills; kill++) released += await killAt(victim, kill);
    // A kill at the nth step leaves about n / 2 groups of three behind.
    assert.ok(released > kills * 50, `${released}`);
  });
});
