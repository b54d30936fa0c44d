/** What a token says of its principal and its request. Times are whole seconds since the Unix epoch. */
export interface TokenFacts {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** ARN of the user, role or root; of a role never that of its session. */
  readonly subject: string;
  readonly id: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The members of AWS's namespace; absent ones are left out. */
  readonly namespace: Readonly<Record<string, string | Readonly<Record<string, string>> | undefined>>;
}

/** What a payload may take in bytes, so that the token fits where tokens are taken: AWS's own operations take 20,000 characters. */
export const payloadLimitBytes = 12_000;

/** The claims of a token (IAM User Guide, "Understanding token claims"), or undefined when they take more than the limit. */
export function tokenPayload(facts: TokenFacts): Record<string, unknown> | undefined {
  const [only, ...further] = facts.audiences;
  const payload = {
    iss: facts.issuer,
    aud: further.length === 0 ? only : facts.audiences,
    sub: facts.subject,
    iat: facts.issuedAt,
    exp: facts.expiresAt,
    jti: facts.id,
    'https://sts.amazonaws.com/': Object.fromEntries(
      Object.entries(facts.namespace).filter(([, value]) => value !== undefined),
    ),
  };
  return new TextEncoder().encode(JSON.stringify(payload)).length > payloadLimitBytes ? undefined : payload;
}
