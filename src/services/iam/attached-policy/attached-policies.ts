import { compareText } from '#core/text';
import { defineOperation, managedPolicy, type Operation } from '#services/operation';
import { noSuchEntity } from '#wire/faults';
import { type IamTypes, iamOperations, type OperationModel } from '#wire/model';
import {
  aboutHolderChange,
  findHolder,
  type HolderKind,
  type HolderMember,
  holderNamed,
  modifiableHolderNamed,
} from '../base/holder.ts';
import { type PageRequest, page } from '../base/page.ts';
import { checkPolicyArn, splitPolicyArn } from '../base/policy-arn.ts';
import { aboutEntity } from '../base/question.ts';
import { checkQuota, type QuotaName } from '../base/quotas.ts';

interface PolicyInput {
  readonly PolicyArn: string;
}

/** One kind of holder; `Member` is the input member that names it. */
interface Family<Kind extends HolderKind, Member extends HolderMember> {
  readonly kind: Kind;
  readonly member: Member;
  readonly quota: QuotaName;
  readonly attach: OperationModel<Record<Member, string> & PolicyInput, void>;
  readonly detach: OperationModel<Record<Member, string> & PolicyInput, void>;
  readonly list: OperationModel<
    Record<Member, string> & PageRequest & { readonly PathPrefix?: string | undefined },
    IamTypes.ListAttachedUserPoliciesResponse
  >;
}

interface AttachmentOperations {
  readonly attach: Operation;
  readonly detach: Operation;
  readonly list: Operation;
}

/** Attach, Detach and ListAttached for one kind of holder. */
function defineFamily<Kind extends HolderKind, Member extends HolderMember>(
  family: Family<Kind, Member>,
): AttachmentOperations {
  const { kind, member } = family;
  return {
    attach: defineOperation(family.attach, {
      callers: 'signed',
      effect: 'change',
      load: (input, { state, caller }) => {
        checkPolicyArn(input.PolicyArn);
        return findHolder(state, kind, caller.account.id, input[member]);
      },
      authorize: (input, found, world) => [
        aboutHolderChange(family.attach.name, world, kind, found, input[member], {
          'iam:PolicyARN': input.PolicyArn,
        }),
      ],
      run: async (input, _found, { identity, caller }) => {
        const account = caller.account.id;
        await identity.write(({ state, put }) => {
          const holder = modifiableHolderNamed(state, kind, account, input[member]);
          if (managedPolicy(state, account, input.PolicyArn) === undefined) {
            throw noSuchEntity('attachable policy', input.PolicyArn);
          }
          if (holder.attachedPolicies.includes(input.PolicyArn)) return;
          checkQuota(family.quota, holder.attachedPolicies.length);
          put(kind, { ...holder, attachedPolicies: [...holder.attachedPolicies, input.PolicyArn] });
        });
      },
    }),
    detach: defineOperation(family.detach, {
      callers: 'signed',
      effect: 'change',
      load: (input, { state, caller }) => {
        checkPolicyArn(input.PolicyArn);
        return findHolder(state, kind, caller.account.id, input[member]);
      },
      authorize: (input, found, world) => [
        aboutHolderChange(family.detach.name, world, kind, found, input[member], {
          'iam:PolicyARN': input.PolicyArn,
        }),
      ],
      run: async (input, _found, { identity, caller }) => {
        await identity.write(({ state, put }) => {
          const holder = modifiableHolderNamed(state, kind, caller.account.id, input[member]);
          if (!holder.attachedPolicies.includes(input.PolicyArn))
            throw noSuchEntity('policy', input.PolicyArn);
          const attachedPolicies = holder.attachedPolicies.filter((arn) => arn !== input.PolicyArn);
          put(kind, { ...holder, attachedPolicies });
        });
      },
    }),
    list: defineOperation(family.list, {
      callers: 'signed',
      effect: 'read',
      load: (input, { state, caller }) => findHolder(state, kind, caller.account.id, input[member]),
      authorize: (input, found, world) => [aboutEntity(family.list.name, world, kind, found, input[member])],
      run: (input, _found, { state, caller }) => {
        const holder = holderNamed(state, kind, caller.account.id, input[member]);
        const attached = sortedPolicies(holder.attachedPolicies, input.PathPrefix ?? '/');
        const { items, answer } = page(attached, listKey, input);
        return {
          AttachedPolicies: items.map(({ arn, name }) => ({ PolicyName: name, PolicyArn: arn })),
          ...answer,
        };
      },
    }),
  };
}

interface Attached {
  readonly arn: string;
  readonly path: string;
  readonly name: string;
}

function sortedPolicies(arns: readonly string[], pathPrefix: string): readonly Attached[] {
  return arns
    .map((arn) => ({ arn, ...splitPolicyArn(arn) }))
    .filter(({ path }) => path.startsWith(pathPrefix))
    .sort((left, right) => compareText(listKey(left), listKey(right)));
}

/** A policy of the account and one of AWS may have the same name. */
function listKey({ name, arn }: Attached): string {
  return `${name.toLowerCase()} ${arn}`;
}

const ofUsers = defineFamily({
  kind: 'user',
  member: 'UserName',
  quota: 'PoliciesPerUser',
  attach: iamOperations.AttachUserPolicy,
  detach: iamOperations.DetachUserPolicy,
  list: iamOperations.ListAttachedUserPolicies,
});

const ofGroups = defineFamily({
  kind: 'group',
  member: 'GroupName',
  quota: 'PoliciesPerGroup',
  attach: iamOperations.AttachGroupPolicy,
  detach: iamOperations.DetachGroupPolicy,
  list: iamOperations.ListAttachedGroupPolicies,
});

const ofRoles = defineFamily({
  kind: 'role',
  member: 'RoleName',
  quota: 'PoliciesPerRole',
  attach: iamOperations.AttachRolePolicy,
  detach: iamOperations.DetachRolePolicy,
  list: iamOperations.ListAttachedRolePolicies,
});

/** Attachments by holder (IAM API Reference, "AttachUserPolicy", "DetachUserPolicy", "ListAttachedUserPolicies" and their like). */
export const attachedPolicyOperations = {
  AttachUserPolicy: ofUsers.attach,
  DetachUserPolicy: ofUsers.detach,
  ListAttachedUserPolicies: ofUsers.list,
  AttachGroupPolicy: ofGroups.attach,
  DetachGroupPolicy: ofGroups.detach,
  ListAttachedGroupPolicies: ofGroups.list,
  AttachRolePolicy: ofRoles.attach,
  DetachRolePolicy: ofRoles.detach,
  ListAttachedRolePolicies: ofRoles.list,
};
