import type { Clock, Instant } from '#core/time';

/** Credentials as doors hand them out. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

/** Why there are none: the role does not trust who asked for it, or something else failed. */
export class CredentialsUnavailable extends Error {
  readonly code: 'AssumeRoleUnauthorizedAccess' | 'Failed';

  constructor(code: 'AssumeRoleUnauthorizedAccess' | 'Failed', message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CredentialsUnavailable';
    this.code = code;
  }
}

export interface RenewedCredentialsOptions {
  /** Asks for new credentials. Rejects with CredentialsUnavailable. */
  readonly issue: () => Promise<IssuedCredentials>;
  /** Credentials that are in hand already. */
  readonly held?: IssuedCredentials | undefined;
  readonly clock: Clock;
  /** From 0 up to 1, evenly: spreads out what would otherwise happen at once. */
  readonly jitter: () => number;
  /** Told of every attempt that failed. */
  readonly onFailure: (error: CredentialsUnavailable) => void;
}

/** Credentials are never renewed later than this before their end, unless they live less than twice as long. */
const latestRenewalMs = 300_000;
const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/**
 * Credentials in memory, renewed long before they end. One attempt at a time is under way however many ask; one that fails is followed by a
 * pause that doubles up to a minute, and what is in hand goes on until it expires.
 */
export class RenewedCredentials {
  readonly #options: RenewedCredentialsOptions;
  #held: IssuedCredentials | undefined;
  #renewAt: Instant = 0;
  #attempt: Promise<IssuedCredentials> | undefined;
  #failure:
    | { readonly error: CredentialsUnavailable; readonly retryAt: Instant; readonly pauseMs: number }
    | undefined;

  constructor(options: RenewedCredentialsOptions) {
    this.#options = options;
    if (options.held !== undefined) this.#hold(options.held);
  }

  /** The credentials in hand, if they still hold; nothing is waited for. */
  current(): IssuedCredentials | undefined {
    const held = this.#held;
    return held !== undefined && this.#options.clock() < held.expiresAt ? held : undefined;
  }

  /** Credentials that hold now. Rejects with CredentialsUnavailable when none are in hand and none can be had. */
  get(): Promise<IssuedCredentials> {
    this.renewIfDue();
    const held = this.current();
    if (held !== undefined) return Promise.resolve(held);
    return this.#renew();
  }

  /** Begins to renew credentials that were once asked for, when it is time; returns at once. */
  renewIfDue(): void {
    if (this.#held === undefined || this.#options.clock() < this.#renewAt) return;
    // The attempt has told of its failure; whoever needs an answer waits for it elsewhere.
    this.#renew().catch(() => undefined);
  }

  /** When the credentials in hand are due for renewal. */
  get renewAt(): Instant {
    return this.#renewAt;
  }

  #hold(issued: IssuedCredentials): void {
    this.#held = issued;
    this.#renewAt = renewalOf(issued, this.#options.jitter());
  }

  #renew(): Promise<IssuedCredentials> {
    if (this.#attempt !== undefined) return this.#attempt;
    if (this.#failure !== undefined && this.#options.clock() < this.#failure.retryAt)
      return Promise.reject(this.#failure.error);
    this.#attempt = this.#issue().finally(() => {
      this.#attempt = undefined;
    });
    return this.#attempt;
  }

  async #issue(): Promise<IssuedCredentials> {
    const { issue, clock, jitter, onFailure } = this.#options;
    try {
      const issued = await issue();
      this.#hold(issued);
      this.#failure = undefined;
      return issued;
    } catch (cause) {
      const error =
        cause instanceof CredentialsUnavailable
          ? cause
          : new CredentialsUnavailable('Failed', 'Credentials could not be obtained.', cause);
      const pauseMs = Math.min(longestPauseMs, (this.#failure?.pauseMs ?? firstPauseMs / 2) * 2);
      this.#failure = { error, pauseMs, retryAt: clock() + pauseMs * (0.5 + jitter() / 2) };
      onFailure(error);
      throw error;
    }
  }
}

/**
 * Somewhere in the third quarter of a long life, so that those that began together part, and never in the last five minutes: SDKs then begin
 * to ask for better ones.
 */
function renewalOf({ issuedAt, expiresAt }: IssuedCredentials, jitter: number): Instant {
  const life = expiresAt - issuedAt;
  const latest = expiresAt - Math.min(life / 2, Math.max(latestRenewalMs, life / 4));
  return latest - (life / 4) * jitter;
}
