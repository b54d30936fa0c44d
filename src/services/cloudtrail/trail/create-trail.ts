import { checkTrailName, trailArn } from '#core/trail';
import { defineOperation } from '#services/operation';
import type { TrailDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { cloudtrailOperations } from '#wire/model';
import { invalidTrailName } from './faults.ts';
import { aboutTrail, trailsOf } from './find-trail.ts';
import { readTags, requestTagContext } from './tags.ts';
import { checkScope, checkTrailSettings, describeSettings } from './trail-settings.ts';

const mostTrailsPerRegion = 5;

/**
 * Makes a trail, which logs once StartLogging is called (CloudTrail API, "CreateTrail"). Whether its bucket is there shows at the first
 * delivery, in GetTrailStatus: no request waits for another service.
 */
export const createTrail = defineOperation(cloudtrailOperations.CreateTrail, {
  callers: 'signed',
  effect: 'change',
  load: (input, { region, caller }) => {
    const problem = checkTrailName(input.Name);
    if (problem !== undefined) throw invalidTrailName(problem, input.Name);
    checkTrailSettings(input);
    const account = caller.account.id;
    const trail: TrailDocument = {
      id: trailArn(region, account, input.Name),
      account,
      name: input.Name,
      homeRegion: region,
      bucket: input.S3BucketName,
      ...(input.S3KeyPrefix === undefined || input.S3KeyPrefix === '' ? {} : { prefix: input.S3KeyPrefix }),
      includeGlobalServiceEvents: input.IncludeGlobalServiceEvents ?? true,
      isMultiRegion: input.IsMultiRegionTrail ?? false,
      logFileValidation: input.EnableLogFileValidation ?? false,
      tags: readTags(input.TagsList),
      logging: [],
    };
    checkScope(trail);
    return trail;
  },
  authorize: (_input, { id: arn, account, tags }, { state }) => {
    const named = { given: arn, arn, account };
    const context = requestTagContext(tags);
    // The tags of a trail that is there already are not those of the one to be made.
    const create = { ...aboutTrail('CreateTrail', named, state, context), resourceTags: [] };
    return tags.length === 0 ? [create] : [create, { ...create, action: 'cloudtrail:AddTags' }];
  },
  run: async (_input, trail, { identity }) =>
    identity.write(({ state, put }) => {
      const present = trailsOf(state, trail.account);
      const isTaken = present.some(
        ({ id, name, isMultiRegion }) =>
          id === trail.id || (name === trail.name && (isMultiRegion || trail.isMultiRegion)),
      );
      if (isTaken) {
        throw fault(
          'TrailAlreadyExistsException',
          `Trail ${trail.name} already exists for customer: ${trail.account}`,
        );
      }
      const here = present.filter(({ homeRegion }) => homeRegion === trail.homeRegion);
      if (here.length >= mostTrailsPerRegion) {
        throw fault(
          'MaximumNumberOfTrailsExceededException',
          `User: ${trail.account} already has ${here.length} trails in ${trail.homeRegion}.`,
        );
      }
      put('trail', trail);
      return describeSettings(trail);
    }),
});
