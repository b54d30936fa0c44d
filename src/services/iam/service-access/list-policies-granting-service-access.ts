import { type PolicyDocument, parsePolicy } from '#core/policy';
import { compareText } from '#core/text';
import { defineOperation, managedPolicy } from '#services/operation';
import type { Documents, IdentityState } from '#stores/identity';
import { type IamTypes, iamOperations } from '#wire/model';
import type { HolderKind } from '../base/holder.ts';
import { page } from '../base/page.ts';
import { aboutSource, foundSource, readSource } from '../base/policy-source.ts';
import { grantsService } from './grants-service.ts';

interface Held {
  readonly described: IamTypes.PolicyGrantingServiceAccess;
  readonly document: PolicyDocument;
}

/**
 * The policies of a user, their groups, a group or a role that allow something of each service named
 * (IAM API Reference, "ListPoliciesGrantingServiceAccess").
 */
export const listPoliciesGrantingServiceAccess = defineOperation(
  iamOperations.ListPoliciesGrantingServiceAccess,
  {
    callers: 'signed',
    effect: 'read',
    load: (input, world) => readSource(input.Arn, world),
    authorize: (input, source, world) => [
      aboutSource('ListPoliciesGrantingServiceAccess', world, source, input.Arn),
    ],
    run: (input, source, { state }) => {
      const held = policiesReaching(state, source.kind, foundSource(source));
      const namespaces = [...new Set(input.ServiceNamespaces)].sort(compareText);
      const { items, answer } = page(namespaces, (namespace) => namespace, input);
      return {
        PoliciesGrantingServiceAccess: items.map((namespace) => ({
          ServiceNamespace: namespace,
          Policies: held
            .filter(({ document }) => grantsService(document, namespace))
            .map(({ described }) => described),
        })),
        ...answer,
      };
    },
  },
);

/** The policies of an entity and, for a user, of the groups they are in; a managed one that comes twice is named once. */
function policiesReaching(
  state: IdentityState,
  kind: HolderKind,
  holder: Documents[HolderKind],
): readonly Held[] {
  const groups = 'groups' in holder ? holder.groups.flatMap((id) => state.all('group').get(id) ?? []) : [];
  const holders = [{ kind, holder }, ...groups.map((group) => ({ kind: 'group' as const, holder: group }))];
  const arns = new Set(holders.flatMap((one) => one.holder.attachedPolicies));
  return [
    ...holders.flatMap((one) => inlinePolicies(one.kind, one.holder)),
    ...[...arns].flatMap((arn) => attachedPolicy(state, holder.account, arn)),
  ].sort((left, right) => compareText(left.described.PolicyName, right.described.PolicyName));
}

function inlinePolicies(kind: HolderKind, holder: Documents[HolderKind]): readonly Held[] {
  return Object.entries(holder.inlinePolicies).map(([name, text]) => ({
    described: {
      PolicyName: name,
      PolicyType: 'INLINE',
      EntityType: kind.toUpperCase(),
      EntityName: holder.name,
    },
    document: parsePolicy(text, 'identity'),
  }));
}

function attachedPolicy(state: IdentityState, account: string, arn: string): readonly Held[] {
  const policy = managedPolicy(state, account, arn);
  if (policy === undefined) return [];
  const described = { PolicyName: policy.name, PolicyType: 'MANAGED', PolicyArn: arn };
  return [{ described, document: parsePolicy(policy.document, 'identity') }];
}
