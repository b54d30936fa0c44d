import {
  checkRegion,
  consumeMfaCode,
  defineOperation,
  issueSession,
  matchMfaCode,
} from '#services/operation';
import { fault } from '#wire/faults';
import { stsOperations } from '#wire/model';

const defaultDurationSeconds = 43_200;
const rootLimitSeconds = 3600;

/**
 * Temporary credentials of the calling user or root, with the same permissions (AWS STS API Reference, GetSessionToken).
 * Asks policy nothing: no policy can allow or deny it. Root's sessions are cut to an hour without an error.
 */
export const getSessionToken = defineOperation(stsOperations.GetSessionToken, {
  callers: 'signed',
  effect: 'credential',
  refuse: (caller) =>
    caller.session === undefined
      ? undefined
      : fault('AccessDenied', 'Cannot call GetSessionToken with session credentials'),
  load: (input, world) => matchMfaCode(world, input),
  authorize: () => [],
  run: async (input, mfa, call) => {
    const { caller } = call;
    checkRegion(call, caller.account.id);
    if (mfa !== undefined) await consumeMfaCode(call.identity, mfa);
    const asked = input.DurationSeconds ?? defaultDurationSeconds;
    const isRoot = caller.kind === 'root';
    return {
      Credentials: issueSession(call, {
        kind: isRoot ? 'root-session' : 'session-token',
        account: caller.account.id,
        principalId: caller.kind === 'user' ? caller.user.id : caller.account.id,
        ...(mfa === undefined ? {} : { mfaAt: Math.floor(call.now / 1000) }),
        durationSeconds: isRoot ? Math.min(asked, rootLimitSeconds) : asked,
      }),
    };
  },
});
