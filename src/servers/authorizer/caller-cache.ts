import { createHash, type KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApplicablePolicies } from '#core/policy';
import type { Clock, Instant } from '#core/time';
import type { ChangeSummary, SigningKeyScope } from '#services/brevet';
import { type CallerDescription, PolicyCache } from '#services/operation';
import { compilePolicies } from './compile-policies.ts';
import { type Issuer, IssuerUnavailable } from './issuer.ts';

/** A caller whose key is at hand and whose policies are compiled. */
export interface KnownCaller {
  readonly signingKey: KeyObject;
  readonly caller: CallerDescription;
  readonly policies: Omit<ApplicablePolicies, 'resource' | 'rcps'>;
}

export interface CallerCacheOptions {
  readonly issuer: Issuer;
  readonly clock: Clock;
  /** How long callers go on being known without a word from the issuer. */
  readonly maxStalenessSeconds: number;
  readonly mostCallers?: number;
  /** Told when the issuer stops answering and when it answers again. */
  readonly onIssuer?: (state: 'away' | 'back', cause?: unknown) => void;
  /** Told of every change that is heard of, for who keeps other things that the issuer said. */
  readonly onChanges?: (changes: ChangeSummary) => void;
}

interface Entry extends KnownCaller {
  readonly scope: SigningKeyScope;
}

const mostCallersByDefault = 20_000;
const mostPolicies = 5000;
/** So that a flood of unknown keys cannot become a flood of questions. */
const mostQuestions = 64;
const shortestPauseMs = 100;
const longestPauseMs = 500;
/** A key that was asked for while its caller changed is asked for again. */
const mostTries = 3;

/**
 * Callers as the issuer described them, kept until it says that something has changed for them.
 * INVARIANT: nothing is kept that is older than what the issuer has reported changes of, so a revocation it told of cannot be missed;
 * and nothing is used once the issuer has been silent for longer than the staleness allowed.
 */
export class CallerCache {
  readonly #options: CallerCacheOptions;
  readonly #mostCallers: number;
  readonly #entries = new Map<string, Entry>();
  readonly #questions = new Map<string, Promise<KnownCaller>>();
  readonly #compiled = new PolicyCache(mostPolicies);
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #sequence: number | undefined;
  #heardAt: Instant;
  #isAway = false;

  constructor(options: CallerCacheOptions) {
    this.#options = options;
    this.#mostCallers = options.mostCallers ?? mostCallersByDefault;
    this.#heardAt = options.clock();
    this.#following = this.#follow();
  }

  /** The caller of that scope: at once when known, else when the issuer has answered. Rejects with CallerRefused, IssuerUnavailable. */
  find(scope: SigningKeyScope): KnownCaller | Promise<KnownCaller> {
    const key = cacheKey(scope);
    const known = this.#entries.get(key);
    if (known !== undefined && this.isCurrent()) return known;
    const asked = this.#questions.get(key);
    if (asked !== undefined) return asked;
    if (this.#questions.size >= mostQuestions) {
      return Promise.reject(new IssuerUnavailable('too many callers are being asked about at once'));
    }
    const question = this.#ask(key, scope).finally(() => this.#questions.delete(key));
    this.#questions.set(key, question);
    return question;
  }

  /** False once the issuer has been silent for too long. */
  isCurrent(): boolean {
    // A clock that was set back must not lengthen what is allowed.
    const silentMs = Math.abs(this.#options.clock() - this.#heardAt);
    return silentMs <= this.#options.maxStalenessSeconds * 1000;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #ask(key: string, scope: SigningKeyScope): Promise<KnownCaller> {
    for (let tries = 1; ; tries++) {
      const issued = await this.#options.issuer.getSigningKey(scope);
      const known = { scope, ...issued, policies: compilePolicies(issued.caller.policies, this.#compiled) };
      const isAsNew = this.#sequence !== undefined && issued.sequence >= this.#sequence;
      if (isAsNew && !this.#stop.signal.aborted) this.#keep(key, known);
      if (isAsNew || this.#sequence === undefined || tries === mostTries) return known;
    }
  }

  #keep(key: string, entry: Entry): void {
    if (this.#entries.size >= this.#mostCallers) {
      const oldest = this.#entries.keys().next();
      if (oldest.done !== true) this.#entries.delete(oldest.value);
    }
    this.#entries.set(key, entry);
  }

  async #follow(): Promise<void> {
    const { issuer, clock, onIssuer } = this.#options;
    const { signal } = this.#stop;
    let pauseMs = shortestPauseMs;
    while (!signal.aborted) {
      try {
        this.#learn(await issuer.getChanges(this.#sequence ?? 0, signal));
        this.#heardAt = clock();
        if (this.#isAway) onIssuer?.('back');
        this.#isAway = false;
        pauseMs = shortestPauseMs;
      } catch (error) {
        if (signal.aborted) return;
        if (!this.#isAway) onIssuer?.('away', error);
        this.#isAway = true;
        await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      }
    }
  }

  #learn(changes: ChangeSummary): void {
    const { sequence, everything, principals, accessKeys } = changes;
    this.#options.onChanges?.(changes);
    this.#sequence = sequence;
    if (everything) {
      this.#entries.clear();
      return;
    }
    if (principals.length === 0 && accessKeys.length === 0) return;
    const changed = new Set([...principals, ...accessKeys]);
    for (const [key, { caller, scope }] of this.#entries) {
      const issuer = caller.principal.type === 'federated-user' ? caller.principal.issuer.id : undefined;
      if (
        changed.has(caller.principalId) ||
        changed.has(scope.accessKeyId) ||
        (issuer !== undefined && changed.has(issuer))
      )
        this.#entries.delete(key);
    }
  }
}

/** The token is part of the key, as a hash: another token with the same access key id is another caller, if any. */
function cacheKey({ accessKeyId, sessionToken, date, region, service }: SigningKeyScope): string {
  const token = sessionToken === undefined ? '' : createHash('sha256').update(sessionToken).digest('base64');
  return `${accessKeyId}/${date}/${region}/${service}/${token}`;
}
