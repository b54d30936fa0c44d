import type { AccessKeyId, AccountId } from '#core/identifiers';

/** The longest that any session lives: GetSessionToken and GetFederationToken, 36 hours. */
export const longestSessionSeconds = 129_600;

/** A tag of a session. */
export interface SessionTag {
  readonly key: string;
  readonly value: string;
  /** Handed on to sessions that this one goes on to. */
  readonly transitive: boolean;
}

/** Everything Brevet knows of a session. It is nowhere but in the session's token. */
export interface SessionClaims {
  readonly kind: 'assumed-role' | 'session-token' | 'federated-user' | 'root-session' | 'assumed-root';
  readonly accessKeyId: AccessKeyId;
  /** The account whose principal the session is. */
  readonly account: AccountId;
  /** Unique id of the role or user; the account id for root. */
  readonly principalId: string;
  /** Name of the role session or of the federated user. */
  readonly sessionName?: string;
  /** Whole seconds since the Unix epoch, as all times here. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** When a second factor was given for this session. */
  readonly mfaAt?: number;
  readonly sourceIdentity?: string;
  readonly tags?: readonly SessionTag[];
  /** The inline session policy, as it was passed. */
  readonly policy?: string;
  /** Managed session policies; of an `assumed-root` session the one policy of its task. */
  readonly policyArns?: readonly string[];
  /** True when the session was asked for by a role's session. */
  readonly chained?: boolean;
  /** The Region that issued it. */
  readonly region: string;
  /** Further condition keys that live as long as the session. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** A token that is none, was altered, or is not of this access key; or policies and tags that do not fit one. */
export class SessionTokenError extends Error {
  readonly code: 'TokenInvalid' | 'PackedPolicyTooLarge';

  constructor(code: 'TokenInvalid' | 'PackedPolicyTooLarge', message: string) {
    super(message);
    this.name = 'SessionTokenError';
    this.code = code;
  }
}
