import type { ContextValue, PrincipalFacts } from '#core/policy';

/** A policy by its name and its text. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The policies of the caller's own side, as `core/policy` takes them once they are compiled. */
export interface PolicyTexts {
  readonly identity: readonly NamedText[];
  readonly boundary?: NamedText | undefined;
  /** Absent where no session policy applies; an empty list allows nothing. */
  readonly session?: readonly NamedText[] | undefined;
  /** One list for each level of the organization, the root first. */
  readonly scps?: readonly (readonly NamedText[])[] | undefined;
}

/**
 * A caller as a verifier knows them: who they are to policy, what holds for the whole session, and every policy of their own side.
 * It holds no secret. In one process it is handed on as it is, to others as text.
 */
export interface CallerDescription {
  readonly principal: PrincipalFacts;
  /** The twelve digits of the caller's account. */
  readonly account: string;
  /** As GetCallerIdentity prints it. */
  readonly arn: string;
  /** Unique id of the user or role; the account id for root. */
  readonly principalId: string;
  readonly accessKeyId: string;
  /** Condition keys, lower-cased, that hold as long as the description: who the caller is, their tags, how their session came to be. */
  readonly context: Readonly<Record<string, ContextValue>>;
  /** Name of the role session or of the federated user. */
  readonly sessionName?: string | undefined;
  readonly sourceIdentity?: string | undefined;
  /** Tags of the principal and the session, by key as written. */
  readonly tags: Readonly<Record<string, string>>;
  /** Seconds since the Unix epoch at which a second factor was given. */
  readonly mfaAt?: number | undefined;
  /** Seconds since the Unix epoch at which the session was issued and ends; absent for long-term keys. */
  readonly issuedAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  readonly policies: PolicyTexts;
}
