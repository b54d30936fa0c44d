import { compareText } from '#core/text';
import { defineOperation, loadNothing, roleArn, userArn } from '#services/operation';
import type { IdentityState } from '#stores/identity';
import { type IamTypes, iamOperations } from '#wire/model';
import { page } from '../base/page.ts';
import { aboutEverything } from '../base/question.ts';
import { describeGroup } from '../group/describe-group.ts';
import { type AnyPolicy, policiesOfAccount, policiesOfAws } from '../managed-policy/find-policy.ts';
import { detailGroup, detailPolicy, detailRole, detailUser } from './authorization-details.ts';

type Details = Pick<
  IamTypes.GetAccountAuthorizationDetailsResponse,
  'UserDetailList' | 'GroupDetailList' | 'RoleDetailList' | 'Policies'
>;

/** One entity of the account, described only when it is on the page. */
interface Entry {
  readonly type: string;
  /** What entries of one type are sorted by; an account's policy and one of AWS may have the same name. */
  readonly arn: string;
  readonly name: string;
  readonly describe: () => Details;
}

/** The order in which a listing goes through the types; the values of the model's EntityType. */
const types = ['User', 'Group', 'Role', 'LocalManagedPolicy', 'AWSManagedPolicy'];

/**
 * All users, groups, roles and managed policies of the account with what they may do, by the page; of AWS's policies those in use
 * (IAM API Reference, "GetAccountAuthorizationDetails").
 */
export const getAccountAuthorizationDetails = defineOperation(iamOperations.GetAccountAuthorizationDetails, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('GetAccountAuthorizationDetails')],
  run: (input, _loaded, { state, caller }) => {
    const filter = input.Filter ?? [];
    const entries = entriesOf(state, caller.account.id)
      .filter(({ type }) => filter.length === 0 || filter.includes(type))
      .sort((left, right) => compareText(keyOf(left), keyOf(right)));
    const { items, answer } = page(entries, keyOf, input);
    const shown = items.map(({ describe }) => describe());
    return {
      UserDetailList: shown.flatMap(({ UserDetailList = [] }) => UserDetailList),
      GroupDetailList: shown.flatMap(({ GroupDetailList = [] }) => GroupDetailList),
      RoleDetailList: shown.flatMap(({ RoleDetailList = [] }) => RoleDetailList),
      Policies: shown.flatMap(({ Policies = [] }) => Policies),
      ...answer,
    };
  },
});

function keyOf({ type, name, arn }: Entry): string {
  return `${types.indexOf(type)} ${name.toLowerCase()} ${arn}`;
}

function entriesOf(state: IdentityState, account: string): readonly Entry[] {
  const users = state.all('user').list(account);
  const groups = state.all('group').list(account);
  const roles = state.all('role').list(account);
  const ofAws = policiesOfAws().filter(
    ({ arn }) => state.attachmentCount(arn, account) > 0 || state.boundaryCount(arn, account) > 0,
  );
  const policyEntry =
    (type: string) =>
    (policy: AnyPolicy): Entry => ({
      type,
      arn: policy.arn,
      name: policy.name,
      describe: () => ({ Policies: [detailPolicy(state, account, policy)] }),
    });
  return [
    ...users.map((user) => ({
      type: 'User',
      arn: userArn(user),
      name: user.name,
      describe: () => ({ UserDetailList: [detailUser(state, user)] }),
    })),
    ...groups.map((group) => ({
      type: 'Group',
      arn: describeGroup(group).Arn,
      name: group.name,
      describe: () => ({ GroupDetailList: [detailGroup(state, group)] }),
    })),
    ...roles.map((role) => ({
      type: 'Role',
      arn: roleArn(role),
      name: role.name,
      describe: () => ({ RoleDetailList: [detailRole(state, role)] }),
    })),
    ...policiesOfAccount(state, account).map(policyEntry('LocalManagedPolicy')),
    ...ofAws.map(policyEntry('AWSManagedPolicy')),
  ];
}
