import type { Instant } from '#core/time';
import type { TrailDocument } from '#stores/identity';
import { Backoff } from './backoff.ts';
import { Collector } from './collect.ts';
import { deliverDigests } from './deliver-digests.ts';
import { deliverLogFiles } from './deliver-log-files.ts';
import { liveTrails, stoppedAt } from './live-trails.ts';
import type { TrailDeliveryOptions } from './ports.ts';

export type { TrailDeliveryOptions } from './ports.ts';

/** The background work of trails. One for each data directory. */
export interface TrailDelivery {
  /** Does what is due. Calls while one is under way wait for that one. Rejects when a store fails; what was begun is gone on with next time. */
  run(): Promise<void>;
}

/** A request that began before a trail was stopped may be recorded this much later. */
const stragglersMs = 2000;

/** Delivery as of what its stores say: it keeps nothing of its own that a restart would lose. */
export function createTrailDelivery(options: TrailDeliveryOptions): TrailDelivery {
  const delivery = new Delivery(options);
  let running: Promise<void> | undefined;
  return {
    run() {
      running ??= delivery.run().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

class Delivery {
  readonly #options: TrailDeliveryOptions;
  readonly #collector: Collector;
  readonly #backoff = new Backoff();
  #nextCollection: Instant = 0;
  /** When the log was last begun to be read, if it was then read to its end. */
  #collectedAt: Instant = 0;
  #waiting: Awaited<ReturnType<TrailDeliveryOptions['spool']['list']>> | undefined;

  constructor(options: TrailDeliveryOptions) {
    this.#options = options;
    this.#collector = new Collector(options);
  }

  async run(): Promise<void> {
    const { identity, spool } = this.#options;
    await identity.refresh();
    this.#waiting ??= await spool.list();
    if (liveTrails(identity.state).length === 0 && this.#waiting.length === 0) return;
    await this.#collect();
    const waiting = this.#waiting ?? (await spool.list());
    this.#waiting = undefined;
    this.#waiting = await deliverLogFiles(waiting, this.#backoff, this.#options);
    for (const trail of liveTrails(identity.state)) {
      const present = identity.state.all('trail').get(trail.id) ?? trail;
      // The chain of a deleted trail that was made again goes on in the new one.
      if (present !== trail) continue;
      await deliverDigests(trail, this.#isThrough(trail), this.#backoff, this.#options);
    }
    await this.#forgetEnded();
  }

  async #collect(): Promise<void> {
    const { clock, deliverEverySeconds } = this.#options;
    const now = clock();
    if (now < this.#nextCollection && !this.#hasToFinish(now)) return;
    this.#waiting = undefined;
    const isAtEnd = await this.#collector.collect();
    if (!isAtEnd) return;
    this.#collectedAt = now;
    this.#nextCollection = now + deliverEverySeconds * 1000;
  }

  /** Whether a trail has stopped and the log was not read since: its last digest waits for nothing else. */
  #hasToFinish(now: Instant): boolean {
    return liveTrails(this.#options.identity.state).some((trail) => {
      const stopped = stoppedAt(trail);
      return (
        stopped !== undefined && this.#collectedAt <= stopped + stragglersMs && now > stopped + stragglersMs
      );
    });
  }

  /** Whether everything that a trail has logged is in its bucket. */
  #isThrough(trail: TrailDocument): boolean {
    if (this.#waiting?.some((file) => file.about.trail === trail.id) !== false) return false;
    const stopped = stoppedAt(trail);
    return stopped === undefined || this.#collectedAt > stopped + stragglersMs;
  }

  /** Deleted trails that are through leave nothing behind. */
  async #forgetEnded(): Promise<void> {
    const { identity } = this.#options;
    for (const { id, trail, deletedAt } of identity.state.all('ended-trail').values()) {
      const isCollected = this.#collectedAt > deletedAt + stragglersMs;
      const chains = identity.state.all('trail-chain').owned(trail.id);
      const isReplaced = identity.state.all('trail').get(trail.id) !== undefined;
      const hasOpenChain = !isReplaced && chains.some(({ digests }) => digests !== undefined);
      if (!isCollected || !this.#isThrough(trail) || hasOpenChain) continue;
      await identity.write(({ state, delete: remove }) => {
        remove('ended-trail', id);
        if (state.all('trail').get(trail.id) !== undefined) return;
        for (const chain of state.all('trail-chain').owned(trail.id)) remove('trail-chain', chain.id);
      });
    }
  }
}
