import { checkTrailName } from '#core/trail';
import { defineOperation, loadNothing } from '#services/operation';
import { fault } from '#wire/faults';
import { cloudtrailOperations } from '#wire/model';
import { invalidTrailName } from './faults.ts';
import { aboutTrail, nameTrail, presentTrail, trailsIn, trailsOf } from './find-trail.ts';
import { describeTrail } from './trail-settings.ts';

/** The trails that log this Region, or those that are named; what is not there is left out (CloudTrail API, "DescribeTrails"). */
export const describeTrails = defineOperation(cloudtrailOperations.DescribeTrails, {
  callers: 'signed',
  effect: 'read',
  load: (input) => {
    for (const name of input.trailNameList ?? []) {
      const problem = name.startsWith('arn:') ? undefined : checkTrailName(name);
      if (problem !== undefined) throw invalidTrailName(problem, name);
    }
  },
  authorize: () => [{ action: 'cloudtrail:DescribeTrails', resource: '*' }],
  run: (input, _loaded, { state, caller, region }) => {
    const account = caller.account.id;
    const names = input.trailNameList ?? [];
    const withShadows = input.includeShadowTrails ?? true;
    const here = trailsIn(state, account, region, withShadows);
    const found =
      names.length === 0
        ? here
        : [
            // A trail of another Region is found by its ARN alone.
            ...trailsOf(state, account).filter(({ id }) => names.includes(id)),
            ...here.filter(({ id, name }) => names.includes(name) && !names.includes(id)),
          ];
    return { trailList: found.map(describeTrail) };
  },
});

/** One trail (CloudTrail API, "GetTrail"). */
export const getTrail = defineOperation(cloudtrailOperations.GetTrail, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => nameTrail(input.Name, world),
  authorize: (_input, named, { state }) => [aboutTrail('GetTrail', named, state)],
  run: (_input, named, { state }) => ({ Trail: describeTrail(presentTrail(named, state)) }),
});

const pageSize = 100;

/** Every trail of the account, in all Regions (CloudTrail API, "ListTrails"). The token is the ARN that was shown last. */
export const listTrails = defineOperation(cloudtrailOperations.ListTrails, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [{ action: 'cloudtrail:ListTrails', resource: '*' }],
  run: (input, _loaded, { state, caller }) => {
    const after = input.NextToken ?? '';
    if (after !== '' && !after.startsWith('arn:aws:cloudtrail:')) {
      throw fault('ValidationError', 'NextToken is none that ListTrails gave.');
    }
    const rest = trailsOf(state, caller.account.id).filter(({ id }) => id > after);
    const page = rest.slice(0, pageSize);
    const last = page.at(-1);
    return {
      Trails: page.map((trail) => ({
        TrailARN: trail.id,
        Name: trail.name,
        HomeRegion: trail.homeRegion,
      })),
      ...(last === undefined || page.length === rest.length ? {} : { NextToken: last.id }),
    };
  },
});
