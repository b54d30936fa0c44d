import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CredentialsUnavailable, type IssuedCredentials, RenewedCredentials } from './renewed-credentials.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

interface Fixture {
  now: number;
  jitter: number;
  lifeMs: number;
  asked: number;
  fails: CredentialsUnavailable | undefined;
  readonly failures: CredentialsUnavailable[];
  readonly credentials: RenewedCredentials;
}

function fixture(): Fixture {
  const failures: CredentialsUnavailable[] = [];
  const made: Fixture = {
    now: 1_000_000_000,
    jitter: 0,
    lifeMs: 6 * hourMs,
    asked: 0,
    fails: undefined,
    failures,
    credentials: new RenewedCredentials({
      issue: async (): Promise<IssuedCredentials> => {
        made.asked += 1;
        if (made.fails !== undefined) throw made.fails;
        return {
          accessKeyId: `ASIA${made.asked}`,
          secretAccessKey: 'secret',
          sessionToken: 'token',
          issuedAt: made.now,
          expiresAt: made.now + made.lifeMs,
        };
      },
      clock: () => made.now,
      jitter: () => made.jitter,
      onFailure: (error) => failures.push(error),
    }),
  };
  return made;
}

const away = new CredentialsUnavailable('Failed', 'the service cannot issue credentials now');

describe('credentials that are renewed', () => {
  it('are asked for once, however many want them', async () => {
    const one = fixture();
    const all = await Promise.all(Array.from({ length: 100 }, () => one.credentials.get()));
    assert.equal(new Set(all).size, 1);
    assert.equal(one.asked, 1);
    await one.credentials.get();
    assert.equal(one.asked, 1);
  });

  it('are not asked for where some are in hand, until these are due', () => {
    let asked = 0;
    const clock = { now: 1_000_000_000 };
    const credentials = new RenewedCredentials({
      held: {
        accessKeyId: 'ASIA0',
        secretAccessKey: 'secret',
        sessionToken: 'token',
        issuedAt: clock.now,
        expiresAt: clock.now + 6 * hourMs,
      },
      issue: () => {
        asked += 1;
        return Promise.reject(away);
      },
      clock: () => clock.now,
      jitter: () => 0,
      onFailure: () => undefined,
    });
    assert.equal(credentials.current()?.accessKeyId, 'ASIA0');
    credentials.renewIfDue();
    assert.equal(asked, 0);
    clock.now += 4.5 * hourMs;
    credentials.renewIfDue();
    assert.equal(asked, 1);
    clock.now += 1.5 * hourMs;
    assert.equal(credentials.current(), undefined);
  });

  it('are not asked for before anybody wants them', () => {
    const one = fixture();
    one.credentials.renewIfDue();
    assert.equal(one.asked, 0);
  });

  it('are renewed between half and three quarters of a long life, while the old ones are served', async () => {
    for (const [jitter, dueMs] of [
      [0, 4.5 * hourMs],
      [0.5, 3.75 * hourMs],
      [0.999_999, 3 * hourMs],
    ] as const) {
      const one = fixture();
      one.jitter = jitter;
      await one.credentials.get();
      const start = one.now;
      one.now = start + dueMs - 1000;
      assert.equal((await one.credentials.get()).accessKeyId, 'ASIA1');
      assert.equal(one.asked, 1);
      one.now = start + dueMs + 1000;
      assert.equal((await one.credentials.get()).accessKeyId, 'ASIA1');
      assert.equal(one.asked, 2);
      assert.equal((await one.credentials.get()).accessKeyId, 'ASIA2');
    }
  });

  it('are renewed five minutes before their end when they live fifteen', async () => {
    const one = fixture();
    one.lifeMs = 15 * minuteMs;
    await one.credentials.get();
    assert.equal(one.credentials.renewAt, one.now + 10 * minuteMs);
    one.jitter = 0.999_999;
    one.now += 10 * minuteMs;
    one.credentials.renewIfDue();
    await new Promise(setImmediate);
    assert.equal(Math.round((one.credentials.renewAt - one.now) / 1000), 375);
  });

  it('go on until they expire when none can be had, and no longer', async () => {
    const one = fixture();
    const { expiresAt } = await one.credentials.get();
    one.fails = away;
    one.now = expiresAt - 1;
    assert.equal((await one.credentials.get()).accessKeyId, 'ASIA1');
    await new Promise(setImmediate);
    assert.deepEqual(one.failures, [away]);
    one.now = expiresAt;
    assert.equal(one.credentials.current(), undefined);
    await assert.rejects(one.credentials.get(), away);
  });

  it('are tried for again after a pause that doubles up to a minute', async () => {
    const one = fixture();
    one.fails = away;
    one.jitter = 1;
    for (const pauseMs of [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]) {
      const { asked } = one;
      await assert.rejects(one.credentials.get(), away);
      assert.equal(one.asked, asked + 1);
      one.now += pauseMs - 1;
      await assert.rejects(one.credentials.get(), away);
      assert.equal(one.asked, asked + 1);
      one.now += 1;
    }
    one.fails = undefined;
    assert.equal((await one.credentials.get()).accessKeyId, 'ASIA9');
  });
});

describe('a thousand instances that began together', () => {
  it('ask once each, and no more than a few of them in the same ten seconds', async () => {
    let seed = 1;
    const even = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    let now = 0;
    const asked: number[] = [];
    const instances = Array.from(
      { length: 1000 },
      () =>
        new RenewedCredentials({
          issue: async () => {
            asked.push(now);
            return {
              accessKeyId: 'ASIA',
              secretAccessKey: 'secret',
              sessionToken: 'token',
              issuedAt: now,
              expiresAt: now + 6 * hourMs,
            };
          },
          clock: () => now,
          jitter: even,
          onFailure: assert.ifError,
        }),
    );
    await Promise.all(instances.map((one) => one.get()));
    assert.equal(asked.length, 1000);
    asked.length = 0;
    const step = 10_000;
    let busiest = 0;
    for (; now < 4.5 * hourMs + step; now += step) {
      const before = asked.length;
      for (const one of instances) one.renewIfDue();
      await new Promise(setImmediate);
      busiest = Math.max(busiest, asked.length - before);
    }
    assert.equal(asked.length, 1000);
    // Evenly spread they would be 1.9 in ten seconds.
    assert.ok(busiest <= 12, `${busiest} in ten seconds`);
  });
});
