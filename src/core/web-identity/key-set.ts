import type { Instant } from '#core/time';

export type SigningAlgorithm = 'RS256' | 'ES384';

/** A key pair that signs tokens of one issuer. */
export interface SigningKey {
  /** `RSA_0`, `EC384_0`, …: the number is that of the set. */
  readonly kid: string;
  /** The members of the public key in JWK form (RFC 7517, RFC 7518 §6): n and e, or crv, x and y. */
  readonly publicJwk: Readonly<Record<string, string>>;
  /** The private key (PKCS #8, DER), sealed by the master key with context `web-identity-key:<issuer>:<kid>`. */
  readonly sealedPrivateKey: string;
}

/** The keys of an issuer that sign at the same time, one for each algorithm. */
export interface KeySet {
  readonly number: number;
  /** Published before, so that whoever keeps the published keys for a while knows these when they are used. */
  readonly signsFrom: Instant;
  readonly keys: Readonly<Record<SigningAlgorithm, SigningKey>>;
}

const hourMs = 3_600_000;
const signsForMs = 90 * 24 * hourMs;
/** Verifiers keep published keys for hours, some for a day. */
const announceMs = 48 * hourMs;
/** The longest token lives an hour; the rest is for clocks that differ. */
const keepMs = 24 * hourMs;

/** The set that signs now: the newest whose time has come, or the first one where clocks differ. */
export function currentKeySet(sets: readonly KeySet[], now: Instant): KeySet | undefined {
  return sets.findLast(({ signsFrom }) => signsFrom <= now) ?? sets[0];
}

/** The number of the set to make now, or undefined while the last one has not signed for long enough. */
export function nextKeySetNumber(sets: readonly KeySet[], now: Instant): number | undefined {
  const last = sets.at(-1);
  if (last === undefined) return 0;
  return now >= last.signsFrom + signsForMs - announceMs ? last.number + 1 : undefined;
}

/**
 * The sets as they are to be now: with the next one where it was made, without those whose last token has expired.
 * The same list when nothing changes. A set that was made for another list is left out.
 */
export function keySetsAfterRotation(
  sets: readonly KeySet[],
  made: Omit<KeySet, 'signsFrom'> | undefined,
  now: Instant,
): readonly KeySet[] {
  const living = sets.filter((_set, index) => {
    const successor = sets[index + 1];
    return successor === undefined || now < successor.signsFrom + keepMs;
  });
  if (made !== undefined && made.number === nextKeySetNumber(sets, now)) {
    return [...living, { ...made, signsFrom: sets.length === 0 ? now : now + announceMs }];
  }
  return living.length === sets.length ? sets : living;
}

/** What an issuer says of itself (OpenID Connect Discovery 1.0 §3), with the members that AWS's issuers have. */
export function discoveryDocument(issuer: string): object {
  return {
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'jti', 'https://sts.amazonaws.com/'],
    id_token_signing_alg_values_supported: ['RS256', 'ES384'],
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    subject_types_supported: ['public'],
  };
}

/** The public keys of an issuer (RFC 7517 §5). The RSA key names no algorithm, as AWS's does not. */
export function jwksDocument(sets: readonly KeySet[]): object {
  return {
    keys: sets.flatMap(({ keys: { RS256, ES384 } }) => [
      { ...RS256.publicJwk, kid: RS256.kid, kty: 'RSA', use: 'sig' },
      { ...ES384.publicJwk, alg: 'ES384', kid: ES384.kid, kty: 'EC', use: 'sig' },
    ]),
  };
}
