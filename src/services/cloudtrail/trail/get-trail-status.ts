import { formatIsoSeconds, type Instant } from '#core/time';
import { defineOperation } from '#services/operation';
import { cloudtrailOperations } from '#wire/model';
import { aboutTrail, isLogging, nameTrail, presentTrail } from './find-trail.ts';

/** Whether a trail logs, and how its delivery goes (CloudTrail API, "GetTrailStatus"). */
export const getTrailStatus = defineOperation(cloudtrailOperations.GetTrailStatus, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => nameTrail(input.Name, world),
  authorize: (_input, named, { state }) => [aboutTrail('GetTrailStatus', named, state)],
  run: (_input, named, { state }) => {
    const trail = presentTrail(named, state);
    const chains = state.all('trail-chain').owned(trail.id);
    const delivered = latest(chains.map(({ deliveredAt }) => deliveredAt));
    const digest = latest(chains.map(({ digestDeliveredAt }) => digestDeliveredAt));
    const attempted = latest(chains.map(({ attemptedAt }) => attemptedAt));
    const error = chains.find((chain) => chain.error !== undefined)?.error;
    const digestError = chains.find((chain) => chain.digestError !== undefined)?.digestError;
    const started = latest(trail.logging.map(({ from }) => from));
    const stopped = latest(trail.logging.map(({ to }) => to));
    return {
      IsLogging: isLogging(trail),
      ...(error === undefined ? {} : { LatestDeliveryError: error }),
      ...(delivered === undefined ? {} : { LatestDeliveryTime: delivered }),
      ...(started === undefined ? {} : { StartLoggingTime: started }),
      ...(stopped === undefined ? {} : { StopLoggingTime: stopped }),
      ...(digest === undefined ? {} : { LatestDigestDeliveryTime: digest }),
      ...(digestError === undefined ? {} : { LatestDigestDeliveryError: digestError }),
      LatestDeliveryAttemptTime: textOf(attempted),
      LatestDeliveryAttemptSucceeded: error === undefined ? textOf(delivered) : '',
      LatestNotificationAttemptTime: '',
      LatestNotificationAttemptSucceeded: '',
      TimeLoggingStarted: textOf(started),
      TimeLoggingStopped: textOf(stopped),
    };
  },
});

function latest(instants: readonly (Instant | undefined)[]): Instant | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function textOf(instant: Instant | undefined): string {
  return instant === undefined ? '' : formatIsoSeconds(instant);
}
