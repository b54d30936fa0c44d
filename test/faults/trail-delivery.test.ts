/**
 * Delivery of trails is killed at each of its steps in turn: before and after every write to the spool, the bucket and the identity store.
 * Whatever the step, a new process goes on so that every event is in the bucket and the digests prove it.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { TrailDeliveryOptions } from '#services/trail-delivery';
import { openTrailSpool } from '#stores/trail-store';
import { finish, openTrailFixture, type TrailFixture } from '../trail-fixture.ts';

class Killed extends Error {}

/** Counts the steps of a process that is to die at one of them. */
class Fate {
  steps = 0;
  readonly #last: number;

  constructor(last: number) {
    this.#last = last;
  }

  get isDead(): boolean {
    return this.steps >= this.#last;
  }

  /** The functions of a store, each of them two steps: before anything was done, and when all was done and nobody was told. */
  haunt<T extends object>(store: T, names: readonly (keyof T)[]): T {
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (!names.includes(name as keyof T)) return value.bind(target);
        return async (...given: unknown[]) => {
          this.#step();
          const result: unknown = await value.apply(target, given);
          this.#step();
          return result;
        };
      },
    });
  }

  #step(): void {
    if (!this.isDead) this.steps += 1;
    if (this.isDead) throw new Killed();
  }
}

async function doomed(fixture: TrailFixture, fate: Fate): Promise<Partial<TrailDeliveryOptions>> {
  const spool = await openTrailSpool(join(fixture.directory, 'spool'));
  return {
    spool: fate.haunt(spool, ['commit', 'remove', 'read']),
    buckets: fate.haunt(fixture.buckets, ['put']),
    identity: fate.haunt(fixture.service.identity, ['write']),
  };
}

/** Runs a day's work with a process that dies at a step, then with one that lives. Returns how many steps the first one took. */
async function survive(context: TestContext, last: number): Promise<number> {
  const fixture = await openTrailFixture(context, {
    EnableLogFileValidation: true,
    IsMultiRegionTrail: true,
  });
  const fate = new Fate(last);
  const first = await fixture.start(await doomed(fixture, fate));
  for (const name of ['One', 'Two', 'Three']) {
    await fixture.record(name);
    await fixture.record(`${name}InEurope`, { awsRegion: 'eu-west-1' });
    await fixture.runAfter(3601, first).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
  }
  const second = await fixture.start();
  await fixture.runAfter(3601, second);
  await finish(fixture, second);
  const { problems, beginnings, events } = await fixture.verify();
  assert.deepEqual([last, problems, beginnings], [last, [], 2]);
  const recorded = ['One', 'Two', 'Three'].flatMap((name) => [name, `${name}InEurope`]);
  assert.deepEqual([last, [...events].sort()], [last, recorded.sort()]);
  return fate.steps;
}

describe('delivery that is killed', () => {
  test('at any step loses nothing and repeats nothing', async (context) => {
    const steps = await survive(context, Number.POSITIVE_INFINITY);
    assert.ok(steps > 50, `${steps} steps`);
    for (let last = 1; last <= steps; last++) await survive(context, last);
  });
});
