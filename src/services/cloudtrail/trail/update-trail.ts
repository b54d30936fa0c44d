import { defineOperation } from '#services/operation';
import type { TrailDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { cloudtrailOperations } from '#wire/model';
import { aboutTrail, nameTrail, ownTrail, trailsOf } from './find-trail.ts';
import { checkScope, checkTrailSettings, describeSettings } from './trail-settings.ts';

/** Changes a trail; what the request leaves out stays (CloudTrail API, "UpdateTrail"). */
export const updateTrail = defineOperation(cloudtrailOperations.UpdateTrail, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => {
    checkTrailSettings(input);
    return nameTrail(input.Name, world);
  },
  authorize: (_input, named, { state }) => [aboutTrail('UpdateTrail', named, state)],
  run: async (input, named, call) =>
    call.identity.write(({ state, put }) => {
      const { prefix, ...present } = ownTrail(named, state, call);
      const wanted = input.S3KeyPrefix ?? prefix;
      const trail: TrailDocument = {
        ...present,
        ...(wanted === undefined || wanted === '' ? {} : { prefix: wanted }),
        bucket: input.S3BucketName ?? present.bucket,
        includeGlobalServiceEvents: input.IncludeGlobalServiceEvents ?? present.includeGlobalServiceEvents,
        isMultiRegion: input.IsMultiRegionTrail ?? present.isMultiRegion,
        logFileValidation: input.EnableLogFileValidation ?? present.logFileValidation,
      };
      checkScope(trail);
      const others = trailsOf(state, trail.account).filter(({ id }) => id !== trail.id);
      if (trail.isMultiRegion && others.some(({ name }) => name === trail.name)) {
        throw fault(
          'TrailAlreadyExistsException',
          `Trail ${trail.name} already exists for customer: ${trail.account}`,
        );
      }
      put('trail', trail);
      return describeSettings(trail);
    }),
});
