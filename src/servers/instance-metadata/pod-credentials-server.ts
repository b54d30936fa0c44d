import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import type { Clock } from '#core/time';
import { createContainerEndpoint, handOut, type Reply, refuse } from './container-endpoint.ts';
import { type ExchangeToken, PodRefused } from './pod-exchange.ts';
import { type CredentialsUnavailable, RenewedCredentials } from './renewed-credentials.ts';

export interface PodCredentialsOptions {
  readonly exchange: ExchangeToken;
  /** Names that requests may be sent to, beside addresses and `localhost`; in lower case. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly jitter: () => number;
  readonly onFailure: (error: CredentialsUnavailable) => void;
}

/** The door of the pods of a node. */
export interface PodDoor {
  /** Not listening yet: the caller binds it and closes it. */
  readonly server: Server;
  /** Renews what is due. The caller says when, every few seconds. */
  renewIfDue(): void;
}

/** A node runs some hundred pods at most; each shows a new token every few hours. */
const mostTokens = 2000;
/** So many tokens are exchanged at a time; who shows one more is asked to come again. */
const mostExchanges = 64;
const tokenForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Makes the door (Amazon EKS User Guide, "Understand how EKS Pod Identity works"). A token is a stranger's until the service has taken it: it is known by the
 * hash of the whole of it and never by what it says, no two pods share an entry, and one that is refused leaves none.
 */
export function createPodCredentials(options: PodCredentialsOptions): PodDoor {
  const { exchange, clock, jitter } = options;
  const held = new Map<string, RenewedCredentials>();
  const exchanging = new Map<string, RenewedCredentials>();
  const accounts = new Map<string, string>();

  function forget(key: string): void {
    held.delete(key);
    accounts.delete(key);
  }

  function begin(key: string, token: string): RenewedCredentials {
    return new RenewedCredentials({
      issue: async () => {
        const issued = await exchange(token);
        accounts.set(key, issued.accountId);
        return issued;
      },
      clock,
      jitter,
      onFailure: (error) => {
        // The association is gone, the role trusts no more or the token is over: what is in hand is not handed out any longer.
        if (error instanceof PodRefused) forget(key);
        options.onFailure(error);
      },
    });
  }

  function keep(key: string, credentials: RenewedCredentials): void {
    held.set(key, credentials);
    const oldest = held.keys().next();
    if (held.size > mostTokens && oldest.done !== true) forget(oldest.value);
  }

  /** Credentials for whoever has the token; undefined when too many are asked for at once. Rejects with CredentialsUnavailable. */
  async function credentialsOf(key: string, token: string): Promise<RenewedCredentials | undefined> {
    const known = held.get(key);
    if (known !== undefined) {
      await known.get();
      // Those who asked last are forgotten last, unless it was forgotten meanwhile.
      if (held.delete(key)) held.set(key, known);
      return known;
    }
    const pending = exchanging.get(key);
    if (pending === undefined && exchanging.size >= mostExchanges) return undefined;
    const credentials = pending ?? begin(key, token);
    exchanging.set(key, credentials);
    try {
      await credentials.get();
      keep(key, credentials);
      return credentials;
    } finally {
      exchanging.delete(key);
    }
  }

  async function answer(token: string | undefined): Promise<Reply> {
    if (token === undefined || !tokenForm.test(token))
      return refuse(400, 'InvalidToken', 'The authorization is not the token of a service account.');
    const key = createHash('sha256').update(token).digest('base64');
    try {
      const credentials = await credentialsOf(key, token);
      const issued = credentials?.current();
      const account = accounts.get(key);
      if (issued !== undefined && account !== undefined) return handOut(issued, { account });
      return refuse(429, 'TooManyRequests', 'Too many pods ask for credentials at once.');
    } catch (error) {
      if (error instanceof PodRefused) return refuse(error.status, error.told.code, error.told.message);
      return refuse(503, 'ServiceUnavailable', 'The credentials could not be obtained.');
    }
  }

  return {
    server: createContainerEndpoint({ hosts: options.hosts, answer }),
    renewIfDue() {
      for (const [key, credentials] of held) {
        if (credentials.current() === undefined) forget(key);
        else credentials.renewIfDue();
      }
    },
  };
}
