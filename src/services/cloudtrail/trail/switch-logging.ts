import type { Instant } from '#core/time';
import { defineOperation, type Operation } from '#services/operation';
import type { TrailDocument } from '#stores/identity';
import { type CloudtrailTypes, cloudtrailOperations, type OperationModel } from '#wire/model';
import { aboutTrail, isLogging, nameTrail, ownTrail } from './find-trail.ts';

/** Spells of logging that ended longer ago have been delivered, or the log of then is gone. */
const keepSpellsMs = 30 * 86_400_000;

/** Begins logging; a trail that logs goes on (CloudTrail API, "StartLogging"). */
export const startLogging = switchLogging(cloudtrailOperations.StartLogging, (trail, now) =>
  isLogging(trail)
    ? trail
    : {
        ...trail,
        logging: [
          ...trail.logging.filter(({ to }) => to !== undefined && to > now - keepSpellsMs),
          { from: now },
        ],
      },
);

/** Ends logging, with a last digest (CloudTrail API, "StopLogging"). */
export const stopLogging = switchLogging(cloudtrailOperations.StopLogging, stopped);

/** The trail, not logging from now on. */
export function stopped(trail: TrailDocument, now: Instant): TrailDocument {
  if (!isLogging(trail)) return trail;
  return { ...trail, logging: trail.logging.map((spell) => ({ ...spell, to: spell.to ?? now })) };
}

function switchLogging(
  model: OperationModel<CloudtrailTypes.StartLoggingRequest, CloudtrailTypes.StartLoggingResponse>,
  change: (trail: TrailDocument, now: Instant) => TrailDocument,
): Operation {
  return defineOperation(model, {
    callers: 'signed',
    effect: 'change',
    load: (input, world) => nameTrail(input.Name, world),
    authorize: (_input, named, { state }) => [aboutTrail(model.name, named, state)],
    run: async (_input, named, call) => {
      await call.identity.write(({ state, put }) => {
        const trail = ownTrail(named, state, call);
        const changed = change(trail, call.now);
        if (changed !== trail) put('trail', changed);
      });
      return {};
    },
  });
}
