import type { ChangeSummary, IssuedSigningKey, SigningKeyScope } from '#services/brevet';

/** A caller, the key that proves them, and the place in the order of changes that this is as of. */
export interface IssuedCaller extends IssuedSigningKey {
  readonly sequence: number;
}

/** Where a verifier learns who callers are: the service, in this process or elsewhere. */
export interface Issuer {
  /** Rejects with CallerRefused for credentials that are not good, IssuerUnavailable when it cannot be told. */
  getSigningKey(scope: SigningKeyScope): Promise<IssuedCaller>;
  /** What has changed since; waits a while for the first change. Rejects with IssuerUnavailable. */
  getChanges(after: number, signal: AbortSignal): Promise<ChangeSummary>;
}

export type CallerRefusal = 'InvalidClientTokenId' | 'ExpiredToken';

/** The credentials are unknown, inactive, revoked, over, or their principal is gone. */
export class CallerRefused extends Error {
  readonly code: CallerRefusal;

  constructor(code: CallerRefusal) {
    super(
      code === 'ExpiredToken'
        ? 'The security token included in the request is expired'
        : 'The security token included in the request is invalid.',
    );
    this.name = 'CallerRefused';
    this.code = code;
  }
}

/** The issuer cannot be asked, or does not let this verifier ask: nothing can be said of the caller. */
export class IssuerUnavailable extends Error {
  readonly code = 'IssuerUnavailable';

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'IssuerUnavailable';
  }
}
