import {
  discoveryUrl,
  FederationError,
  type IdentityToken,
  type KeySet,
  matchKeys,
  parseDiscovery,
  parseKeySet,
  type VerificationKey,
} from '#core/federation';
import type { Clock, Instant } from '#core/time';
import { type OutboundHttp, OutboundHttpError } from '#stores/outbound-http';

/** Whose keys, and how they are had: an identity provider of an account, or a cluster of the settings. */
export interface KeySource {
  readonly id: string;
  /** The issuer, with `https://`. */
  readonly url: string;
  readonly thumbprints: readonly string[];
  /** What is made anew under the same name starts afresh. */
  readonly createdAt?: Instant;
  /** Where the keys are; the discovery document says so without. */
  readonly jwksUri?: string | undefined;
  /** Certificate authorities in PEM that alone may vouch for the server. */
  readonly authorities?: readonly string[] | undefined;
}

interface Entry {
  /** What the keys were fetched by: a provider that was made anew or is trusted in another way starts afresh. */
  readonly rules: string;
  keySet: KeySet | undefined;
  fetchedAt: Instant;
  attemptedAt: Instant;
  failure: FederationError | undefined;
  /** The fetch that is under way, which everybody who needs it shares. */
  fetching: Promise<void> | undefined;
}

/** After this the keys are fetched again before they are used. */
const freshMs = 3_600_000;
/** How long keys are used that cannot be fetched again. */
const staleMs = 86_400_000;
/** No provider is asked more often than this, whatever tokens name. */
const pauseMs = 10_000;
const mostProviders = 10_000;

/**
 * The keys of identity providers, kept in memory: fetched when they are needed, again when they are old or a token names one that is not
 * among them, and used for a day when their provider is away. Each provider is fetched by itself, so a slow one holds up nobody else.
 */
export class ProviderKeys {
  readonly #entries = new Map<string, Entry>();
  readonly #http: OutboundHttp;
  readonly #clock: Clock;

  constructor(http: OutboundHttp, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  /**
   * The keys of that provider, and of no other, that may have signed the token. Rejects with FederationError when it has none or cannot
   * be reached.
   */
  async find(provider: KeySource, token: IdentityToken): Promise<readonly VerificationKey[]> {
    const entry = this.#entryOf(provider);
    const match = (): readonly VerificationKey[] =>
      entry.keySet === undefined || this.#clock() - entry.fetchedAt > staleMs
        ? []
        : matchKeys(entry.keySet, token.algorithm, token.keyId);
    const isFresh = entry.keySet !== undefined && this.#clock() - entry.fetchedAt <= freshMs;
    if (!isFresh || match().length === 0) await this.#refresh(entry, provider);
    const keys = match();
    if (keys.length > 0) return keys;
    throw (
      entry.failure ??
      new FederationError(
        'InvalidIdentityToken',
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
      )
    );
  }

  #entryOf({ id, url, thumbprints, createdAt, jwksUri, authorities }: KeySource): Entry {
    const rules = JSON.stringify([url, thumbprints, createdAt, jwksUri, authorities]);
    const known = this.#entries.get(id);
    if (known?.rules === rules) return known;
    const entry: Entry = {
      rules,
      keySet: undefined,
      fetchedAt: 0,
      attemptedAt: Number.NEGATIVE_INFINITY,
      failure: undefined,
      fetching: undefined,
    };
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= mostProviders && oldest.done !== true) this.#entries.delete(oldest.value);
    this.#entries.set(id, entry);
    return entry;
  }

  /** Fetches the keys unless that was tried a moment ago; never rejects, but leaves the failure in the entry. */
  async #refresh(entry: Entry, provider: KeySource): Promise<void> {
    if (entry.fetching === undefined) {
      if (this.#clock() - entry.attemptedAt < pauseMs) return;
      entry.attemptedAt = this.#clock();
      entry.fetching = this.#fetch(provider)
        .then(
          (keySet) => {
            entry.keySet = keySet;
            entry.fetchedAt = entry.attemptedAt;
            entry.failure = undefined;
          },
          (error: unknown) => {
            entry.failure = describeFailure(error);
          },
        )
        .finally(() => {
          entry.fetching = undefined;
        });
    }
    await entry.fetching;
  }

  async #fetch({ url, thumbprints, jwksUri, authorities }: KeySource): Promise<KeySet> {
    const get = (address: string): Promise<Uint8Array> =>
      this.#http.get({ url: address, thumbprints, ...(authorities === undefined ? {} : { authorities }) });
    const address = jwksUri ?? parseDiscovery(await get(discoveryUrl(url)), url);
    return parseKeySet(await get(address));
  }
}

function describeFailure(error: unknown): FederationError {
  if (error instanceof FederationError) return error;
  if (error instanceof OutboundHttpError && error.code === 'ThumbprintMismatch') {
    return new FederationError(
      'InvalidIdentityToken',
      "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
    );
  }
  const why = error instanceof OutboundHttpError ? error.message : 'it cannot be reached';
  return new FederationError(
    'IDPCommunicationError',
    `The keys of the identity provider cannot be fetched: ${why}.`,
  );
}
