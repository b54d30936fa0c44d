import type { AccessKeyId } from '#core/identifiers';
import type { SessionClaims } from './claims.ts';
import { decodeClaims, encodeClaims } from './codec.ts';
import { openBytes, sealBytes, sealedBytes, sealingKeyId } from './envelope.ts';
import type { TokenKey } from './token-key.ts';

/** `token` is what a broker gets for a session and hands to somebody's browser; `cookie` is what that browser gets for it. */
export type SignInPurpose = 'token' | 'cookie';

/** A session as it is signed in with, and until when. */
export interface SignIn {
  /** Names one sign-in, from its token on. */
  readonly id: string;
  /** Whose it is. What only decides about requests is not part of it: nothing is requested with a sign-in. */
  readonly session: SessionClaims;
  /** Whole seconds since the Unix epoch: when the token or the cookie ends. */
  readonly endsAt: number;
  /** In a token: for how long its cookie is to be good, where that was asked for. */
  readonly sessionSeconds?: number;
}

/** A cookie is not to be longer than browsers keep; a token is shorter than that. */
const signInLimit = 3072;

/** Seals a sign-in for one purpose, in base64url. `nonce` is twelve fresh random bytes. */
export function sealSignIn(
  purpose: SignInPurpose,
  { id, session, endsAt, sessionSeconds }: SignIn,
  key: TokenKey,
  nonce: Uint8Array,
): string {
  const claims = encodeClaims(signedInClaims(session)).toString('base64');
  const content = JSON.stringify([id, session.accessKeyId, endsAt, sessionSeconds ?? 0, claims]);
  return sealBytes(Buffer.from(content), boundTo(purpose), signInKey(key), nonce).toString('base64url');
}

/**
 * The sign-in of a text, proven to have been sealed for this purpose; undefined for every other text. Whether it has ended, and whether its
 * session still holds, is the caller's question.
 */
export function openSignIn(
  purpose: SignInPurpose,
  text: string,
  findKey: (id: string) => TokenKey | undefined,
): SignIn | undefined {
  const sealed = text.length > signInLimit ? undefined : sealedBytes(text, 'base64url');
  const key = sealed === undefined ? undefined : findKey(sealingKeyId(sealed));
  if (sealed === undefined || key === undefined) return undefined;
  const content = openBytes(sealed, boundTo(purpose), key.signIn);
  if (content === undefined) return undefined;
  // INVARIANT: what opens was made by `sealSignIn`, and has its form.
  const [id, accessKeyId, endsAt, sessionSeconds, claims] = JSON.parse(content.toString()) as [
    string,
    AccessKeyId,
    number,
    number,
    string,
  ];
  const session = decodeClaims(Buffer.from(claims, 'base64'), accessKeyId);
  return { id, session, endsAt, ...(sessionSeconds === 0 ? {} : { sessionSeconds }) };
}

/** Who somebody is, without the policies, tags and condition keys of the session. */
function signedInClaims({
  policy: _policy,
  policyArns: _policyArns,
  tags: _tags,
  context: _context,
  ...who
}: SessionClaims): SessionClaims {
  return who;
}

function boundTo(purpose: SignInPurpose): string {
  return `sign-in ${purpose}`;
}

function signInKey({ id, signIn }: TokenKey): { readonly id: string; readonly key: TokenKey['signIn'] } {
  return { id, key: signIn };
}
