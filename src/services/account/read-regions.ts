import { regionNames } from '#core/regions';
import { defineOperation } from '#services/operation';
import { accountOperations } from '#wire/model';
import { invalidField, regionStatus, requireRegion } from './region-status.ts';
import { loadTarget, targetAccount } from './target.ts';

const defaultMaxResults = 50;

/** Whether one Region is on for an account (Account Management API, "GetRegionOptStatus"). */
export const getRegionOptStatus = defineOperation(accountOperations.GetRegionOptStatus, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => loadTarget(input.AccountId, world),
  authorize: (input, { resource, context }) => [
    {
      action: 'account:GetRegionOptStatus',
      resource,
      context: { ...context, 'account:TargetRegion': input.RegionName },
    },
  ],
  run: (input, _target, { state, caller }) => {
    const account = targetAccount('GetRegionOptStatus', input.AccountId, state, caller);
    requireRegion(input.RegionName);
    return { RegionName: input.RegionName, RegionOptStatus: regionStatus(account, input.RegionName) };
  },
});

/** Every Region and whether it is on, sorted by name; the token is the last name shown (Account Management API, "ListRegions"). */
export const listRegions = defineOperation(accountOperations.ListRegions, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => loadTarget(input.AccountId, world),
  authorize: (_input, target) => [{ action: 'account:ListRegions', ...target }],
  run: (input, _target, { state, caller }) => {
    const account = targetAccount('ListRegions', input.AccountId, state, caller);
    const after = input.NextToken;
    if (after !== undefined && !regionNames.includes(after)) {
      throw invalidField('NextToken', 'The value of NextToken is not valid.');
    }
    const wanted = input.RegionOptStatusContains ?? [];
    const following = regionNames
      .filter((name) => after === undefined || name > after)
      .map((name) => ({ RegionName: name, RegionOptStatus: regionStatus(account, name) }))
      .filter(({ RegionOptStatus }) => wanted.length === 0 || wanted.includes(RegionOptStatus));
    const shown = following.slice(0, input.MaxResults ?? defaultMaxResults);
    const last = shown.at(-1);
    if (last === undefined || shown.length === following.length) return { Regions: shown };
    return { Regions: shown, NextToken: last.RegionName };
  },
});
