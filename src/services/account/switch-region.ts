import { globalRegion } from '#core/regions';
import { defineOperation } from '#services/operation';
import type { AccountDocument } from '#stores/identity';
import { accountOperations } from '#wire/model';
import { cannotSwitch, regionStatus, requireRegion } from './region-status.ts';
import { loadTarget, targetAccount } from './target.ts';

/**
 * EnableRegion and DisableRegion (Account Management API), which take effect at once. Unlike at AWS a Region that is on by
 * default can be switched off too, all but us-east-1.
 */
const switches = {
  /** A Region that AWS accounts opt in to is on here already, so opting in to it again has nothing to do. */
  EnableRegion: (account: AccountDocument, region: string): AccountDocument => {
    if (regionStatus(account, region) === 'ENABLED_BY_DEFAULT') throw cannotSwitch();
    const { disabledRegions = [], ...others } = account;
    const remaining = disabledRegions.filter((name) => name !== region);
    return remaining.length === 0 ? others : { ...others, disabledRegions: remaining };
  },
  DisableRegion: (account: AccountDocument, region: string): AccountDocument => {
    if (region === globalRegion || regionStatus(account, region) === 'DISABLED') throw cannotSwitch();
    return { ...account, disabledRegions: [...(account.disabledRegions ?? []), region].sort() };
  },
} as const;

function switchRegion(name: keyof typeof switches) {
  return defineOperation(accountOperations[name], {
    callers: 'signed',
    effect: 'change',
    load: (input, world) => loadTarget(input.AccountId, world),
    authorize: (input, { resource, context }) => [
      {
        action: `account:${name}`,
        resource,
        context: { ...context, 'account:TargetRegion': input.RegionName },
      },
    ],
    run: (input, _target, call) =>
      call.identity.write(({ state, put }) => {
        const account = targetAccount(name, input.AccountId, state, call.caller);
        requireRegion(input.RegionName);
        put('account', switches[name](account, input.RegionName));
      }),
  });
}

export const enableRegion = switchRegion('EnableRegion');
export const disableRegion = switchRegion('DisableRegion');
