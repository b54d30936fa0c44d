import { decoyHash, matchPassword } from '#core/password';
import {
  claimOf,
  consumeMfaCode,
  definePersonOperation,
  type MfaProof,
  type Moment,
  matchMfaCodeOfUser,
  matchSealedPassword,
  type Proving,
  type SignedIn,
  signedInCaller,
  signIn,
} from '#services/operation';
import type { AccountDocument, LoginProfileDocument, UserDocument } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';
import { signInOperation } from './sign-in-operation.ts';

/** What somebody types who wants to sign in. */
export interface LoginAttempt {
  /** Id or alias. */
  readonly account: string;
  readonly userName: string;
  readonly password: string;
  readonly mfaCode?: string;
  /** True for who will change the password at once: one that has to be changed is good for that. */
  readonly changesPassword?: boolean;
  /** The address that signing in leads to, for the record. */
  readonly loginTo: string;
}

interface Proven {
  readonly signedIn: SignedIn;
  readonly mfa: MfaProof | undefined;
  readonly purpose: 'anything' | 'password change';
}

/**
 * Proves a user by password, and by MFA code where the user has a device. Asks policy nothing: none can allow or deny it.
 * An account or user that does not exist, a wrong password, a code that is wrong, missing or used, and one that is guessed at too often
 * get one answer after the same work.
 */
export const consoleLogin = definePersonOperation(signInOperation('ConsoleLogin'), {
  callers: 'person',
  effect: 'credential',
  claim: ({ account, userName }: LoginAttempt, moment) => {
    const found = find(account, userName, moment);
    return found.account === undefined ? undefined : claimOf(found.account.id, found.user);
  },
  prove: async (attempt, proving): Promise<Proven> => {
    const { profile } = find(attempt.account, attempt.userName, proving);
    if (!(await matchOrDecoy(attempt.password, profile, proving))) throw wrongCredentials();
    if (profile === undefined) throw wrongCredentials();
    const hasDevice = proving.state.all('mfa-device').owned(profile.id).length > 0;
    const mfa =
      attempt.mfaCode === undefined ? undefined : matchMfaCodeOfUser(proving, profile.id, attempt.mfaCode);
    // A code where there is no device is as wrong as none where there is one.
    if ((mfa === undefined) !== (attempt.mfaCode === undefined)) throw wrongCredentials();
    if (hasDevice && mfa === undefined) throw wrongCredentials();
    const purpose = attempt.changesPassword === true ? 'password change' : 'anything';
    return { signedIn: signIn(profile, mfa?.device, proving.now), mfa, purpose };
  },
  load: ({ signedIn, purpose }, moment) => signedInCaller(signedIn, moment, purpose),
  authorize: () => [],
  describe: ({ loginTo, mfaCode }, proven) => ({
    eventType: 'AwsConsoleSignIn',
    additionalEventData: {
      LoginTo: loginTo,
      MobileVersion: 'No',
      ...(proven?.mfa === undefined ? {} : { MFAIdentifier: proven.mfa.device.id }),
      MFAUsed: mfaCode === undefined ? 'No' : 'Yes',
    },
    responseElements: () => ({ ConsoleLogin: 'Success' }),
    refused: {
      errorMessage: 'Failed authentication',
      responseElements: { ConsoleLogin: 'Failure' },
    },
  }),
  run: async (_attempt, { signedIn, mfa }, { identity, now }): Promise<SignedIn> => {
    if (mfa !== undefined) await consumeMfaCode(identity, mfa);
    await identity.write(({ state, put }) => {
      const user = state.all('user').get(signedIn.user);
      if (user === undefined) throw wrongCredentials();
      put('user', { ...user, passwordLastUsedAt: now });
    });
    return signedIn;
  },
});

/** The one answer to whoever is not let in, in the words of AWS's page. */
export function wrongCredentials(): Fault {
  return fault('AccessDenied', 'Your authentication information is incorrect. Please try again.', {
    error: 'INVALID_REQUEST',
  });
}

function find(
  name: string,
  userName: string,
  { state }: Pick<Moment, 'state'>,
): {
  readonly account: AccountDocument | undefined;
  readonly user: UserDocument | undefined;
  readonly profile: LoginProfileDocument | undefined;
} {
  const accounts = state.all('account');
  const account = accounts.get(name) ?? [...accounts.values()].find(({ alias }) => alias === name);
  const named = account === undefined ? undefined : state.all('user').named(account.id, userName);
  // IAM finds names whatever their case; who signs in writes it as it is.
  const user = named?.name === userName ? named : undefined;
  const profile = user === undefined ? undefined : state.all('login-profile').get(user.id);
  return { account, user, profile };
}

/** Whether the password is right. It takes as long for a user who does not exist, and for one whose password is not looked at now. */
async function matchOrDecoy(
  password: string,
  profile: LoginProfileDocument | undefined,
  proving: Proving,
): Promise<boolean> {
  const { guesses, now } = proving;
  if (profile === undefined || !guesses.isOpen(profile.sealedHash, now)) {
    await matchPassword(password, decoyHash);
    return false;
  }
  // Taken for wrong until it is known to be right: hashing takes time, in which any number of guesses could be begun.
  guesses.failed(profile.sealedHash, now);
  if (!(await matchSealedPassword(password, profile.id, profile.sealedHash, proving))) return false;
  guesses.succeeded(profile.sealedHash);
  return true;
}
