import { deriveSigningKey, type SigningCredentials } from '#core/sigv4';
import {
  CallerRefused,
  type ChangeSummary,
  type IssuedCaller,
  type Issuer,
  IssuerUnavailable,
  type SigningKeyScope,
} from '#servers/authorizer';
import type { CallerDescription, PolicyTexts } from '#services/operation';

export const account = '111122223333';

/** A user as the issuer describes them, with one inline policy. */
export function describedUser(
  name: string,
  statements: readonly object[],
  more: Partial<CallerDescription> & { readonly limits?: Partial<PolicyTexts> } = {},
): CallerDescription {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  const { limits = {}, ...rest } = more;
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return {
    principal: { type: 'user', account, arn, id: `AIDA${name.toUpperCase()}` },
    account,
    arn,
    principalId: `AIDA${name.toUpperCase()}`,
    accessKeyId: `AKIA${name.toUpperCase()}`,
    context: {
      'aws:principalaccount': account,
      'aws:principalarn': arn,
      'aws:principaltype': 'User',
      'aws:userid': `AIDA${name.toUpperCase()}`,
      'aws:username': name,
    },
    tags: {},
    policies: { identity: [{ name: 'inline', text }], ...limits },
    ...rest,
  };
}

interface Waiter {
  readonly after: number;
  readonly resolve: (changes: ChangeSummary) => void;
}

/** An issuer in memory whose callers, changes and absences the test decides. */
export class FakeIssuer implements Issuer {
  readonly callers = new Map<string, { readonly secret: string; readonly caller: CallerDescription }>();
  readonly asked: SigningKeyScope[] = [];
  refuseWith: CallerRefused | undefined;
  isAway = false;
  sequence = 1;
  #waiting: Waiter[] = [];

  add(caller: CallerDescription, secret = 'secret'): SigningCredentials {
    this.callers.set(caller.accessKeyId, { secret, caller });
    return { accessKeyId: caller.accessKeyId, secretAccessKey: secret };
  }

  async getSigningKey(scope: SigningKeyScope): Promise<IssuedCaller> {
    this.asked.push(scope);
    if (this.isAway) throw new IssuerUnavailable('the issuer cannot be reached');
    const found = this.callers.get(scope.accessKeyId);
    if (this.refuseWith !== undefined) throw this.refuseWith;
    if (found === undefined) throw new CallerRefused('InvalidClientTokenId');
    const { caller, secret } = found;
    return {
      caller,
      signingKey: deriveSigningKey(secret, scope.date, scope.region, scope.service),
      sequence: this.sequence,
    };
  }

  getChanges(after: number, signal: AbortSignal): Promise<ChangeSummary> {
    if (this.isAway) return Promise.reject(new IssuerUnavailable('the issuer cannot be reached'));
    if (after === 0) return Promise.resolve(this.#everything());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ after, resolve });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  /** Makes a change and resolves once the verifier has heard of it. */
  async change(changes: Partial<Omit<ChangeSummary, 'sequence'>>): Promise<void> {
    this.sequence += 1;
    await this.#answer({ ...this.#nothing(), ...changes });
  }

  /** Says that nothing has changed. */
  async silence(): Promise<void> {
    await this.#answer(this.#nothing());
  }

  async #answer(changes: ChangeSummary): Promise<void> {
    while (this.#waiting.length === 0) await new Promise(setImmediate);
    for (const { resolve } of this.#waiting.splice(0)) resolve(changes);
    await new Promise(setImmediate);
  }

  #nothing(): ChangeSummary {
    return { sequence: this.sequence, everything: false, principals: [], accessKeys: [], buckets: [] };
  }

  #everything(): ChangeSummary {
    return { ...this.#nothing(), everything: true };
  }
}
