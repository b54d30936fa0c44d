import { parsePolicy } from '#core/policy';
import { compareText, percentEncode } from '#core/text';
import { defineOperation, type Operation } from '#services/operation';
import type { InlinePolicies } from '#stores/identity';
import { fault, noSuchEntity } from '#wire/faults';
import { type IamTypes, iamOperations, type OperationModel } from '#wire/model';
import {
  aboutHolderChange,
  findHolder,
  type HolderKind,
  type HolderMember,
  holderAnswer,
  holderNamed,
  modifiableHolderNamed,
} from '../base/holder.ts';
import { type PageRequest, page } from '../base/page.ts';
import { policySize } from '../base/policy-size.ts';
import { aboutEntity } from '../base/question.ts';
import { quotas } from '../base/quotas.ts';

interface PolicyInput {
  readonly PolicyName: string;
}

interface DocumentInput extends PolicyInput {
  readonly PolicyDocument: string;
}

/** One kind of holder; `Member` is the member of inputs and answers that names it. */
interface Family<Kind extends HolderKind, Member extends HolderMember> {
  readonly kind: Kind;
  readonly member: Member;
  /** What all inline policies of one holder may come to, in characters that count. */
  readonly sizeQuota: number;
  readonly put: OperationModel<Record<Member, string> & DocumentInput, void>;
  readonly get: OperationModel<Record<Member, string> & PolicyInput, Record<Member, string> & DocumentInput>;
  readonly delete: OperationModel<Record<Member, string> & PolicyInput, void>;
  readonly list: OperationModel<Record<Member, string> & PageRequest, IamTypes.ListUserPoliciesResponse>;
}

interface InlineOperations {
  readonly put: Operation;
  readonly get: Operation;
  readonly delete: Operation;
  readonly list: Operation;
}

/** Put, Get, Delete and List for the inline policies of one kind of holder. */
function defineFamily<Kind extends HolderKind, Member extends HolderMember>(
  family: Family<Kind, Member>,
): InlineOperations {
  const { kind, member } = family;
  return {
    put: defineOperation(family.put, {
      callers: 'signed',
      effect: 'change',
      load: (input, { state, caller }) => {
        parsePolicy(input.PolicyDocument, 'identity');
        return findHolder(state, kind, caller.account.id, input[member]);
      },
      authorize: (input, found, world) => [
        aboutHolderChange(family.put.name, world, kind, found, input[member]),
      ],
      run: async (input, _found, { identity, caller }) => {
        await identity.write(({ state, put }) => {
          const holder = modifiableHolderNamed(state, kind, caller.account.id, input[member]);
          const inlinePolicies = { ...holder.inlinePolicies, [input.PolicyName]: input.PolicyDocument };
          if (totalSize(inlinePolicies) > family.sizeQuota) {
            throw fault(
              'LimitExceeded',
              `Maximum policy size of ${family.sizeQuota} bytes exceeded for ${kind} ${holder.name}`,
            );
          }
          put(kind, { ...holder, inlinePolicies });
        });
      },
    }),
    get: defineOperation(family.get, {
      callers: 'signed',
      effect: 'read',
      load: (input, { state, caller }) => findHolder(state, kind, caller.account.id, input[member]),
      authorize: (input, found, world) => [aboutEntity(family.get.name, world, kind, found, input[member])],
      run: (input, _found, { state, caller }) => {
        const holder = holderNamed(state, kind, caller.account.id, input[member]);
        return {
          ...holderAnswer(member, holder.name),
          PolicyName: input.PolicyName,
          // Answers carry documents percent-encoded (RFC 3986), inside the XML; AWS's clients decode them.
          PolicyDocument: percentEncode(policyNamed(kind, holder.inlinePolicies, input.PolicyName)),
        };
      },
    }),
    delete: defineOperation(family.delete, {
      callers: 'signed',
      effect: 'change',
      load: (input, { state, caller }) => findHolder(state, kind, caller.account.id, input[member]),
      authorize: (input, found, world) => [
        aboutHolderChange(family.delete.name, world, kind, found, input[member]),
      ],
      run: async (input, _found, { identity, caller }) => {
        await identity.write(({ state, put }) => {
          const holder = modifiableHolderNamed(state, kind, caller.account.id, input[member]);
          policyNamed(kind, holder.inlinePolicies, input.PolicyName);
          const { [input.PolicyName]: _removed, ...inlinePolicies } = holder.inlinePolicies;
          put(kind, { ...holder, inlinePolicies });
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
        const names = Object.keys(holder.inlinePolicies).sort(compareText);
        const { items, answer } = page(names, (name) => name, input);
        return { PolicyNames: items, ...answer };
      },
    }),
  };
}

/** The document of that name. Throws NoSuchEntity. A policy may be called `constructor`, so only own members count. */
function policyNamed(kind: HolderKind, policies: InlinePolicies, name: string): string {
  const document = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (document === undefined) throw noSuchEntity(`${kind} policy`, name);
  return document;
}

function totalSize(policies: InlinePolicies): number {
  return Object.values(policies).reduce((total, document) => total + policySize(document), 0);
}

const ofUsers = defineFamily({
  kind: 'user',
  member: 'UserName',
  sizeQuota: quotas.UserPolicySize,
  put: iamOperations.PutUserPolicy,
  get: iamOperations.GetUserPolicy,
  delete: iamOperations.DeleteUserPolicy,
  list: iamOperations.ListUserPolicies,
});

const ofGroups = defineFamily({
  kind: 'group',
  member: 'GroupName',
  sizeQuota: quotas.GroupPolicySize,
  put: iamOperations.PutGroupPolicy,
  get: iamOperations.GetGroupPolicy,
  delete: iamOperations.DeleteGroupPolicy,
  list: iamOperations.ListGroupPolicies,
});

const ofRoles = defineFamily({
  kind: 'role',
  member: 'RoleName',
  sizeQuota: quotas.RolePolicySize,
  put: iamOperations.PutRolePolicy,
  get: iamOperations.GetRolePolicy,
  delete: iamOperations.DeleteRolePolicy,
  list: iamOperations.ListRolePolicies,
});

/** Inline policies by holder (IAM API Reference, "PutUserPolicy", "GetUserPolicy", "DeleteUserPolicy", "ListUserPolicies" and their like). */
export const inlinePolicyOperations = {
  PutUserPolicy: ofUsers.put,
  GetUserPolicy: ofUsers.get,
  DeleteUserPolicy: ofUsers.delete,
  ListUserPolicies: ofUsers.list,
  PutGroupPolicy: ofGroups.put,
  GetGroupPolicy: ofGroups.get,
  DeleteGroupPolicy: ofGroups.delete,
  ListGroupPolicies: ofGroups.list,
  PutRolePolicy: ofRoles.put,
  GetRolePolicy: ofRoles.get,
  DeleteRolePolicy: ofRoles.delete,
  ListRolePolicies: ofRoles.list,
};
