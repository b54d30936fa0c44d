import { timingSafeEqual } from 'node:crypto';
import { openSignIn, type SignIn, type SignInPurpose, sealSignIn } from '#core/session-token';
import type { Instant } from '#core/time';
import { type Caller, findCaller, findCallerOfSession, GuessLimit } from '#services/operation';
import type { IdentityState, IdentityTransaction } from '#stores/identity';
import { Fault, fault, invalidSignInCredentials, invalidSignInToken, limitExceeded } from '#wire/faults';
import { createCatchUp } from './catch-up.ts';
import type { WireRequest } from './exchange.ts';
import type { PipelineOptions } from './handle.ts';
import { type Entry, recordLeftOut } from './stages/record.ts';
import { type SignInEventName, signInEvent } from './stages/record-sign-in.ts';
import { toFault } from './to-fault.ts';

/** Credentials that somebody is to be signed in with, and for how long. */
export interface SessionToSignIn {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** 900 to 43200; undefined for as long as the credentials live. */
  readonly sessionSeconds: number | undefined;
}

/** Whom a browser is signed in as. */
export interface SignedIn {
  readonly caller: Caller;
  readonly endsAt: Instant;
}

/** A request at the door. */
export interface SignInVisit {
  readonly request: WireRequest;
  /** The same in records and logs. */
  readonly requestId: string;
}

/**
 * `read` is what the door makes of a request; it throws Fault for one that cannot be right. Everything here rejects with Fault, or with what only
 * the log is to know: `toFault` says what is told of it.
 */
export interface SignInEntry {
  /** A sign-in token for a session. */
  issueToken(visit: SignInVisit, read: () => SessionToSignIn): Promise<string>;
  /** What a browser gets for a sign-in token. */
  signIn(
    visit: SignInVisit,
    read: () => { readonly token: string; readonly destination: string },
  ): Promise<{ readonly cookie: string; readonly seconds: number }>;
  /** Whose cookie that is now; undefined when it is nobody's any more. */
  find(visit: SignInVisit, cookie: string | undefined): Promise<SignedIn | undefined>;
  /** Ends what a cookie stands for, and its sign-in token with it. */
  signOut(visit: SignInVisit, cookie: string | undefined): Promise<void>;
}

/** A sign-in token is good for fifteen minutes (IAM User Guide, "Enable custom identity broker access to the AWS console"). */
const tokenSeconds = 900;
const longestChainedSeconds = 3600;
const mostEndedPerAccount = 10_000;

interface Facts {
  caller?: Caller;
  loginTo?: string;
}

/**
 * The corridor for the door that signs browsers in. A sign-in is no credential: no request can be signed with it. Each of its steps asks anew
 * whether the session still holds, and is on the record before anything of it leaves.
 */
export function createSignInEntry(
  options: Pick<PipelineOptions, 'identity' | 'box' | 'keyring' | 'audit' | 'noise' | 'clock' | 'random'>,
): SignInEntry {
  const { identity, box, keyring, audit, noise, clock, random } = options;
  const findTokenKey: PipelineOptions['keyring']['find'] = (id) => keyring.find(id);
  const guesses = new GuessLimit();
  const catchUp = createCatchUp(identity);

  const walk = async <Result>(
    { request, requestId }: SignInVisit,
    name: SignInEventName | 'ShowSession',
    step: (entry: Entry, facts: Facts) => Promise<Result>,
  ): Promise<Result> => {
    const now = clock();
    const entry = { request, requestId, now, random };
    const facts: Facts = {};
    recordLeftOut(audit, now, noise);
    try {
      const news = catchUp();
      if (news !== undefined) await news;
      return await step(entry, facts);
    } catch (error) {
      const refusal = toFault(error);
      if (name !== 'ShowSession' && (facts.caller !== undefined || noise.admit(request.sourceIp, now)))
        audit.appendLater(signInEvent('outcome', entry, name, facts, refusal));
      throw error;
    }
  };

  /** Whose credentials these are. In the words for a wrong key while guesses are refused, so that who guesses learns nothing. */
  const prove = (given: SessionToSignIn, now: Instant): Caller => {
    const { accessKeyId, secretAccessKey, sessionToken } = given;
    const found = present(() =>
      findCaller({ state: identity.state, box, findTokenKey, now }, accessKeyId, sessionToken),
    );
    if (found === undefined) throw invalidSignInCredentials();
    if (!guesses.isOpen(accessKeyId, now)) throw invalidSignInCredentials();
    if (!isSame(found.secretAccessKey(), secretAccessKey)) {
      guesses.failed(accessKeyId, now);
      throw invalidSignInCredentials();
    }
    guesses.succeeded(accessKeyId);
    return found.caller;
  };

  const open = (purpose: SignInPurpose, text: string | undefined, now: Instant): SignIn | undefined => {
    const signIn = text === undefined ? undefined : openSignIn(purpose, text, findTokenKey);
    if (signIn === undefined || now >= signIn.endsAt * 1000) return undefined;
    return identity.state.all('ended-sign-in').get(signIn.id) === undefined ? signIn : undefined;
  };

  return {
    issueToken: (visit, read) =>
      walk(visit, 'GetSigninToken', async (entry, facts) => {
        const given = read();
        const caller = prove(given, entry.now);
        facts.caller = caller;
        const session = sessionOf(caller, given.sessionSeconds);
        const signIn = {
          id: Buffer.from(random(16)).toString('base64url'),
          session,
          endsAt: Math.min(seconds(entry.now) + tokenSeconds, session.expiresAt),
          ...(given.sessionSeconds === undefined ? {} : { sessionSeconds: given.sessionSeconds }),
        };
        const token = sealSignIn('token', signIn, keyring.current(), random(12));
        await audit.append(signInEvent('outcome', entry, 'GetSigninToken', facts));
        return token;
      }),

    signIn: (visit, read) =>
      walk(visit, 'ConsoleLogin', async (entry, facts) => {
        const { token, destination } = read();
        facts.loginTo = destination;
        const given = open('token', token, entry.now);
        const caller = given === undefined ? undefined : presentCaller(identity.state, given.session);
        if (given === undefined || caller === undefined) throw invalidSignInToken();
        facts.caller = caller;
        const { id, session, sessionSeconds } = given;
        const now = seconds(entry.now);
        const endsAt = sessionSeconds === undefined ? session.expiresAt : now + sessionSeconds;
        const cookie = sealSignIn('cookie', { id, session, endsAt }, keyring.current(), random(12));
        await audit.append(signInEvent('outcome', entry, 'ConsoleLogin', facts));
        return { cookie, seconds: endsAt - now };
      }),

    find: (visit, cookie) =>
      walk(visit, 'ShowSession', async (entry) => {
        const signIn = open('cookie', cookie, entry.now);
        const caller = signIn === undefined ? undefined : presentCaller(identity.state, signIn.session);
        return signIn === undefined || caller === undefined
          ? undefined
          : { caller, endsAt: signIn.endsAt * 1000 };
      }),

    signOut: (visit, cookie) =>
      walk(visit, 'Logout', async (entry, facts) => {
        const signIn = open('cookie', cookie, entry.now);
        const caller = signIn === undefined ? undefined : presentCaller(identity.state, signIn.session);
        if (signIn === undefined || caller === undefined) return;
        facts.caller = caller;
        await audit.append(signInEvent('intent', entry, 'Logout', facts));
        await identity.write((transaction) => endSignIn(transaction, signIn, entry.now));
        await audit.append(signInEvent('outcome', entry, 'Logout', facts));
      }),
  };
}

/** AWS's federation endpoint calls every request bad that it does not like. */
export function signInStatus(code: string): number {
  return code === 'ServiceUnavailable' ? 503 : code === 'InternalFailure' ? 500 : 400;
}

/**
 * The session that a caller may be signed in with: one of a role or of a federated user. Throws ValidationError (IAM User Guide, "Enable
 * custom identity broker access to the AWS console").
 */
function sessionOf(caller: Caller, sessionSeconds: number | undefined): NonNullable<Caller['session']> {
  switch (caller.kind) {
    case 'root':
    case 'user':
      throw fault(
        'ValidationError',
        'Only the credentials of AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity and GetFederationToken can be signed in with.',
      );
    case 'federated-user':
      if (sessionSeconds !== undefined)
        throw fault(
          'ValidationError',
          'SessionDuration cannot be used with credentials of GetFederationToken.',
        );
      return caller.session;
    case 'assumed-role':
      if (
        caller.session.chained === true &&
        sessionSeconds !== undefined &&
        sessionSeconds > longestChainedSeconds
      )
        throw fault(
          'ValidationError',
          'SessionDuration cannot be more than 3600 with credentials that were obtained by role chaining.',
        );
      return caller.session;
  }
}

/** Remembered until no cookie of the same token can be good any more, even one that was made at the token's end. */
function endSignIn(
  { state, put, delete: remove }: IdentityTransaction,
  { id, session: { account }, endsAt }: SignIn,
  now: Instant,
): void {
  const ended = state.all('ended-sign-in');
  for (const old of ended.list(account)) if (old.endsAt <= now) remove('ended-sign-in', old.id);
  if (ended.count(account) >= mostEndedPerAccount)
    throw limitExceeded('EndedSignInsPerAccount', mostEndedPerAccount);
  put('ended-sign-in', { id, account, endsAt: (endsAt + tokenSeconds) * 1000 });
}

function presentCaller(state: IdentityState, session: SignIn['session']): Caller | undefined {
  return present(() => findCallerOfSession(state, session));
}

/** What is found, or undefined where credentials are not good, or not any more. */
function present<Found>(find: () => Found): Found | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof Fault && error.code === 'InvalidClientTokenId') return undefined;
    throw error;
  }
}

function seconds(instant: Instant): number {
  return Math.floor(instant / 1000);
}

function isSame(right: string, given: string): boolean {
  const [one, other] = [Buffer.from(right), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
