import type { Clock } from '#core/time';
import { issueSigningKey, summarizeChanges } from '#services/brevet';
import type { CredentialSource } from '#services/operation';
import type { IdentityStore, News } from '#stores/identity';
import { Fault } from '#wire/faults';
import { CallerRefused, type Issuer, IssuerUnavailable } from './issuer.ts';

export interface LocalIssuerOptions extends Pick<CredentialSource, 'box' | 'findTokenKey'> {
  readonly identity: IdentityStore;
  readonly clock: Clock;
}

/** The issuer in this process: it reads the same state as the corridor, and tells of every change at once. */
export function createLocalIssuer({ identity, box, findTokenKey, clock }: LocalIssuerOptions): Issuer {
  return {
    async getSigningKey(scope) {
      try {
        const source = { state: identity.state, box, findTokenKey, now: clock() };
        return { ...issueSigningKey(source, scope), sequence: identity.sequence };
      } catch (error) {
        if (!(error instanceof Fault)) throw new IssuerUnavailable('the caller cannot be read', error);
        throw new CallerRefused(error.code === 'ExpiredToken' ? 'ExpiredToken' : 'InvalidClientTokenId');
      }
    },
    async getChanges(after, signal) {
      const changes = after === 0 ? 'everything' : identity.changesSince(after);
      if (changes.length > 0) return summarizeChanges({ sequence: identity.sequence, changes });
      return summarizeChanges(await nextNews(identity, signal));
    },
  };
}

/** Rejects with the signal's reason when that comes first. */
function nextNews(identity: IdentityStore, signal: AbortSignal): Promise<News> {
  return new Promise((resolve, reject) => {
    const unsubscribe = identity.subscribe((news) => {
      done();
      resolve(news);
    });
    const abort = (): void => {
      done();
      reject(signal.reason);
    };
    const done = (): void => {
      unsubscribe();
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort);
  });
}
