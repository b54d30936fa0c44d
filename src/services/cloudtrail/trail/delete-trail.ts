import { defineOperation } from '#services/operation';
import { cloudtrailOperations } from '#wire/model';
import { aboutTrail, nameTrail, ownTrail } from './find-trail.ts';
import { stopped } from './switch-logging.ts';

/** Ends a trail; what it has logged is still delivered, with a last digest (CloudTrail API, "DeleteTrail"). */
export const deleteTrail = defineOperation(cloudtrailOperations.DeleteTrail, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => nameTrail(input.Name, world),
  authorize: (_input, named, { state }) => [aboutTrail('DeleteTrail', named, state)],
  run: async (_input, named, call) => {
    await call.identity.write(({ state, put, delete: remove }) => {
      const trail = ownTrail(named, state, call);
      remove('trail', trail.id);
      put('ended-trail', {
        id: `${trail.id} ${call.now}`,
        trail: stopped(trail, call.now),
        deletedAt: call.now,
      });
    });
    return {};
  },
});
