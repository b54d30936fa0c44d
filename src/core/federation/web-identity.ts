import { FederationError, invalidToken } from './federation-error.ts';
import { isObject, isTextList, type JsonObject } from './json.ts';

/** What a provider is to the account that trusts it. */
export interface ProviderRules {
  /** With `https://`. */
  readonly url: string;
  readonly clientIds: readonly string[];
}

/** A tag that a token gives to the session. */
export interface ClaimedTag {
  readonly key: string;
  readonly value: string;
}

/** Whom a token speaks of, every rule kept. */
export interface WebIdentity {
  readonly subject: string;
  /** For whom the token was made: its authorized party, or else its audiences that the provider is registered with. */
  readonly audience: string;
  /** Condition keys of the trust policy, `<provider>:<claim>`. */
  readonly trustKeys: Readonly<Record<string, string | readonly string[]>>;
  /** Those that stay for the session: amr, aud and sub. */
  readonly sessionKeys: Readonly<Record<string, string | readonly string[]>>;
  readonly tags: readonly ClaimedTag[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
  /** ARNs of the roles that the provider lets the subject have; undefined when it does not say. */
  readonly roles: readonly string[] | undefined;
}

/** How far a provider's clock may be ahead. */
const skewSeconds = 300;
const redeemableSeconds = 86_400;
const longestSubject = 255;

/**
 * Holds the verified claims of a token against the rules of its provider, and reads whom it speaks of
 * (IAM User Guide, "Create an OpenID Connect identity provider in IAM"; AWS STS API Reference, AssumeRoleWithWebIdentity).
 * `now` in milliseconds since the Unix epoch. Throws FederationError, in AWS's words where they are known.
 */
export function readWebIdentity(claims: JsonObject, provider: ProviderRules, now: number): WebIdentity {
  // The provider was found by the issuer, before anything was verified: what was verified must say the same.
  if (claims.iss !== provider.url) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${String(claims.iss)}`);
  }
  const subject = readText(claims, 'sub');
  if (subject.length > longestSubject) {
    throw invalidToken(`The sub claim must have at most ${longestSubject} characters.`);
  }
  checkTimes(claims, Math.floor(now / 1000));
  const audiences = readAudiences(claims, provider.clientIds);
  const prefix = provider.url.slice('https://'.length);
  const sessionKeys = withPrefix(prefix, {
    aud: audiences.aud,
    sub: subject,
    amr: isTextList(claims.amr) ? claims.amr : undefined,
  });
  return {
    subject,
    audience: typeof audiences.aud === 'string' ? audiences.aud : audiences.aud.join(','),
    trustKeys: {
      ...withPrefix(prefix, {
        ...providerClaims(prefix, claims),
        email: claims.email,
        oaud: audiences.oaud,
      }),
      ...sessionKeys,
    },
    sessionKeys,
    ...readTags(claims),
    sourceIdentity: readSourceIdentity(claims),
    roles: readRoles(claims),
  };
}

function readText(claims: JsonObject, name: string): string {
  const value = claims[name];
  if (value === undefined || value === '') throw invalidToken(`Missing a required claim: ${name}`);
  if (typeof value !== 'string') throw invalidToken(`The ${name} claim must be a text.`);
  return value;
}

function readTime(claims: JsonObject, name: string): number {
  const value = claims[name];
  if (value === undefined) throw invalidToken(`Missing a required claim: ${name}`);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalidToken(`The ${name} claim must be a whole number of seconds.`);
  }
  return value;
}

function checkTimes(claims: JsonObject, now: number): void {
  const issuedAt = readTime(claims, 'iat');
  const expiresAt = readTime(claims, 'exp');
  const notBefore = claims.nbf === undefined ? issuedAt : readTime(claims, 'nbf');
  if (now >= expiresAt) {
    throw new FederationError(
      'ExpiredTokenException',
      `Token expired: current date/time ${now} must be before the expiration date/time ${expiresAt}`,
    );
  }
  if (now - issuedAt > redeemableSeconds) {
    throw new FederationError('ExpiredTokenException', 'Token must be redeemed within 24 hours of issuance');
  }
  if (Math.max(issuedAt, notBefore) > now + skewSeconds) {
    throw invalidToken(`Token is not valid before ${Math.max(issuedAt, notBefore)}; it is ${now} now.`);
  }
}

/**
 * The authorized party is what counts where a token names one, and the audience becomes the original audience; else of the audiences those
 * that the provider is registered with. Compared letter by letter.
 */
function readAudiences(
  claims: JsonObject,
  clientIds: readonly string[],
): { readonly aud: string | readonly string[]; readonly oaud: unknown } {
  const { aud, azp } = claims;
  const list = typeof aud === 'string' ? [aud] : aud;
  if (list !== undefined && !isTextList(list))
    throw invalidToken('The aud claim must be a text or a list of texts.');
  if (azp !== undefined) {
    if (typeof azp !== 'string') throw invalidToken('The azp claim must be a text.');
    if (!clientIds.includes(azp)) throw invalidToken('Incorrect token audience');
    return { aud: azp, oaud: aud };
  }
  if (list === undefined || list.length === 0) throw invalidToken('Missing a required claim: aud');
  const known = list.filter((audience) => clientIds.includes(audience));
  const [first] = known;
  if (first === undefined) throw invalidToken('Incorrect token audience');
  return { aud: known.length === 1 ? first : known, oaud: undefined };
}

const tagsClaim = 'https://aws.amazon.com/tags';
const malformedTags = `The ${tagsClaim} claim must hold principal_tags, each with one text, and transitive_tag_keys.`;

/** Session tags, nested or flattened (IAM User Guide, "Pass session tags using AssumeRoleWithWebIdentity"). */
function readTags(claims: JsonObject): Pick<WebIdentity, 'tags' | 'transitiveTagKeys'> {
  const nested = claims[tagsClaim] ?? {};
  if (!isObject(nested)) throw invalidToken(malformedTags);
  const { principal_tags: principalTags = {}, transitive_tag_keys: transitive = [] } = nested;
  if (!isObject(principalTags)) throw invalidToken(malformedTags);
  const flatPrefix = `${tagsClaim}/principal_tags/`;
  const flatTransitive = claims[`${tagsClaim}/transitive_tag_keys`] ?? [];
  const tags = [
    ...Object.entries(principalTags),
    ...Object.entries(claims)
      .filter(([name]) => name.startsWith(flatPrefix))
      .map(([name, value]) => [name.slice(flatPrefix.length), value] as const),
  ].map(([key, value]) => readTag(key, value));
  const keys = [transitive, flatTransitive].flatMap((list) => {
    if (typeof list === 'string') return [list];
    if (!isTextList(list)) throw invalidToken(malformedTags);
    return list;
  });
  return { tags, transitiveTagKeys: [...new Set(keys)] };
}

const tagKeyPattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const tagValuePattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

function readTag(key: string, given: unknown): ClaimedTag {
  const value = isTextList(given) && given.length === 1 ? given[0] : given;
  if (typeof value !== 'string') throw invalidToken(malformedTags);
  if (!tagKeyPattern.test(key) || !tagValuePattern.test(value)) {
    throw invalidToken(
      `The ${tagsClaim} claim has a tag that is too long or has characters that tags cannot have.`,
    );
  }
  return { key, value };
}

function readSourceIdentity(claims: JsonObject): string | undefined {
  const value = claims['https://aws.amazon.com/source_identity'];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[\w+=,.@-]{2,64}$/.test(value)) {
    throw invalidToken('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"');
  }
  return value;
}

function readRoles(claims: JsonObject): readonly string[] | undefined {
  const value = claims['https://aws.amazon.com/roles'];
  if (value === undefined) return undefined;
  const roles = typeof value === 'string' ? value.split(';') : value;
  if (!isTextList(roles)) {
    throw invalidToken('The https://aws.amazon.com/roles claim must be a text or a list of texts.');
  }
  return roles;
}

/** Further claims of well-known issuers, by their host (IAM User Guide, "Available keys for AWS OIDC federation"). */
const claimsByHost: Readonly<Record<string, readonly string[]>> = {
  'token.actions.githubusercontent.com': [
    'actor',
    'actor_id',
    'enterprise_id',
    'environment',
    'job_workflow_ref',
    'ref',
    'repository',
    'repository_id',
    'repository_owner_id',
    'workflow',
  ],
  'gitlab.com': [
    'namespace_id',
    'pipeline_source',
    'project_id',
    'ref_protected',
    'runner_environment',
    'user_access_level',
    'user_email',
    'user_id',
    'user_login',
  ],
  'oidc.circleci.com': ['oidc.circleci.com/project-id'],
};

function providerClaims(prefix: string, claims: JsonObject): JsonObject {
  const [host = ''] = prefix.split('/');
  const names = Object.hasOwn(claimsByHost, host) ? (claimsByHost[host] ?? []) : [];
  const own = Object.fromEntries(names.map((name) => [name, claims[name]]));
  const google = claims.google;
  return host === 'accounts.google.com' && isObject(google)
    ? { ...own, 'google/organization_number': google.organization_number }
    : own;
}

/** Claims as condition keys; what is no text, number, truth value or list of texts is none. */
function withPrefix(prefix: string, claims: JsonObject): Record<string, string | readonly string[]> {
  const keys: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(claims)) {
    if (typeof value === 'string' || isTextList(value)) keys[`${prefix}:${name}`] = value;
    else if (typeof value === 'number' || typeof value === 'boolean')
      keys[`${prefix}:${name}`] = String(value);
  }
  return keys;
}
