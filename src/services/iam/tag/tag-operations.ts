import type { ContextValue } from '#core/policy';
import {
  awsManagedPolicy,
  defineOperation,
  type Operation,
  type Question,
  type World,
} from '#services/operation';
import type { Documents, IdentityState } from '#stores/identity';
import { noSuchEntity } from '#wire/faults';
import { type IamTypes, iamOperations, type OperationModel } from '#wire/model';
import { type PageRequest, page } from '../base/page.ts';
import { checkOwnPolicyArn, checkPolicyArn } from '../base/policy-arn.ts';
import { aboutArn, aboutEntity } from '../base/question.ts';
import {
  addTags,
  answerTags,
  readTags,
  removeTags,
  requestTagContext,
  sortTags,
  type TagKeys,
  tagKeyContext,
} from '../base/tags.ts';
import { aboutProvider, checkProviderArn, findProvider } from '../oidc-provider/provider.ts';
import { checkSamlProviderArn, findSamlProvider } from '../saml-provider/provider.ts';

type TaggedKind =
  | 'user'
  | 'role'
  | 'policy'
  | 'instance-profile'
  | 'mfa-device'
  | 'oidc-provider'
  | 'saml-provider';
type Context = Readonly<Record<string, ContextValue>>;

/** One kind of resource that has tags; `Member` is the input member that names it. */
interface Family<Kind extends TaggedKind, Member extends string> {
  readonly kind: Kind;
  readonly member: Member;
  readonly keys: TagKeys;
  readonly tag: OperationModel<Record<Member, string> & { readonly Tags: readonly IamTypes.Tag[] }, void>;
  readonly untag: OperationModel<Record<Member, string> & { readonly TagKeys: readonly string[] }, void>;
  readonly list: OperationModel<Record<Member, string> & PageRequest, IamTypes.ListUserTagsResponse>;
  /** Throws ValidationError for a name that no resource can have. */
  readonly check?: (name: string) => void;
  /** Throws AccessDenied for a resource that is not the account's to change. */
  readonly checkOwn?: (name: string, account: string) => void;
  /** True of a resource that AWS has and everybody may read; it has no tags. */
  readonly isAws?: (name: string) => boolean;
  readonly find: (state: IdentityState, account: string, name: string) => Documents[Kind] | undefined;
  /** What NoSuchEntity calls one that is not there. */
  readonly noun: Parameters<typeof noSuchEntity>[0];
  readonly about: (
    action: string,
    world: World,
    found: Documents[Kind] | undefined,
    name: string,
    context?: Context,
  ) => Question;
}

interface TagOperations {
  readonly tag: Operation;
  readonly untag: Operation;
  readonly list: Operation;
}

/** TagX, UntagX and ListXTags for one kind of resource. */
function defineFamily<Kind extends TaggedKind, Member extends string>(
  family: Family<Kind, Member>,
): TagOperations {
  const { kind, member, keys } = family;
  const load = (input: Record<Member, string>, { state, caller }: World): Documents[Kind] | undefined => {
    family.check?.(input[member]);
    return family.find(state, caller.account.id, input[member]);
  };
  const resourceOf = (state: IdentityState, account: string, name: string): Documents[Kind] => {
    const resource = family.find(state, account, name);
    if (resource === undefined) throw noSuchEntity(family.noun, name);
    return resource;
  };
  return {
    tag: defineOperation(family.tag, {
      callers: 'signed',
      effect: 'change',
      load: (input, world) => ({ found: load(input, world), tags: readTags(input.Tags, keys) }),
      authorize: (input, { found, tags }, world) => [
        family.about(family.tag.name, world, found, input[member], requestTagContext(tags)),
      ],
      run: async (input, { tags }, { identity, caller }) => {
        family.checkOwn?.(input[member], caller.account.id);
        await identity.write(({ state, put }) => {
          const resource = resourceOf(state, caller.account.id, input[member]);
          put(kind, { ...resource, tags: addTags(resource.tags, tags, keys) });
        });
      },
    }),
    untag: defineOperation(family.untag, {
      callers: 'signed',
      effect: 'change',
      load,
      authorize: (input, found, world) => [
        family.about(family.untag.name, world, found, input[member], tagKeyContext(input.TagKeys)),
      ],
      run: async (input, _found, { identity, caller }) => {
        family.checkOwn?.(input[member], caller.account.id);
        await identity.write(({ state, put }) => {
          const resource = resourceOf(state, caller.account.id, input[member]);
          put(kind, { ...resource, tags: removeTags(resource.tags, input.TagKeys, keys) });
        });
      },
    }),
    list: defineOperation(family.list, {
      callers: 'signed',
      effect: 'read',
      load,
      authorize: (input, found, world) => [family.about(family.list.name, world, found, input[member])],
      run: (input, _found, { state, caller }) => {
        const name = input[member];
        const tags = family.isAws?.(name) === true ? [] : resourceOf(state, caller.account.id, name).tags;
        const { items, answer } = page(sortTags(tags), ({ key }) => key, input);
        return { Tags: answerTags(items), ...answer };
      },
    }),
  };
}

const users = defineFamily({
  kind: 'user',
  noun: 'user',
  member: 'UserName',
  keys: 'any-case',
  tag: iamOperations.TagUser,
  untag: iamOperations.UntagUser,
  list: iamOperations.ListUserTags,
  find: (state, account, name) => state.all('user').named(account, name),
  about: (action, world, found, name, context) => aboutEntity(action, world, 'user', found, name, context),
});

const roles = defineFamily({
  kind: 'role',
  noun: 'role',
  member: 'RoleName',
  keys: 'any-case',
  tag: iamOperations.TagRole,
  untag: iamOperations.UntagRole,
  list: iamOperations.ListRoleTags,
  find: (state, account, name) => state.all('role').named(account, name),
  about: (action, world, found, name, context) => aboutEntity(action, world, 'role', found, name, context),
});

const instanceProfiles = defineFamily({
  kind: 'instance-profile',
  noun: 'instance profile',
  member: 'InstanceProfileName',
  keys: 'exact-case',
  tag: iamOperations.TagInstanceProfile,
  untag: iamOperations.UntagInstanceProfile,
  list: iamOperations.ListInstanceProfileTags,
  find: (state, account, name) => state.all('instance-profile').named(account, name),
  about: (action, world, found, name, context) =>
    aboutEntity(action, world, 'instance-profile', found, name, context),
});

const policies = defineFamily({
  kind: 'policy',
  noun: 'policy',
  member: 'PolicyArn',
  keys: 'exact-case',
  tag: iamOperations.TagPolicy,
  untag: iamOperations.UntagPolicy,
  list: iamOperations.ListPolicyTags,
  check: checkPolicyArn,
  checkOwn: (arn, account) => checkOwnPolicyArn(arn, account, 'update policies'),
  find: (state, account, arn) => {
    const policy = state.policyByArn(arn);
    return policy?.account === account ? policy : undefined;
  },
  isAws: (arn) => awsManagedPolicy(arn) !== undefined,
  about: (action, _world, found, arn, context) => aboutArn(action, arn, found, context),
});

const mfaDevices = defineFamily({
  kind: 'mfa-device',
  noun: 'MFA device',
  member: 'SerialNumber',
  keys: 'exact-case',
  tag: iamOperations.TagMFADevice,
  untag: iamOperations.UntagMFADevice,
  list: iamOperations.ListMFADeviceTags,
  find: (state, account, serial) => {
    const device = state.all('mfa-device').get(serial);
    return device?.account === account ? device : undefined;
  },
  about: (action, _world, found, serial, context) => aboutArn(action, serial, found, context),
});

const oidcProviders = defineFamily({
  kind: 'oidc-provider',
  noun: 'OpenID Connect provider',
  member: 'OpenIDConnectProviderArn',
  keys: 'exact-case',
  tag: iamOperations.TagOpenIDConnectProvider,
  untag: iamOperations.UntagOpenIDConnectProvider,
  list: iamOperations.ListOpenIDConnectProviderTags,
  check: checkProviderArn,
  find: findProvider,
  about: (action, _world, found, arn, context) => aboutProvider(action, arn, found, context),
});

const samlProviders = defineFamily({
  kind: 'saml-provider',
  noun: 'SAML provider',
  member: 'SAMLProviderArn',
  keys: 'exact-case',
  tag: iamOperations.TagSAMLProvider,
  untag: iamOperations.UntagSAMLProvider,
  list: iamOperations.ListSAMLProviderTags,
  check: checkSamlProviderArn,
  find: findSamlProvider,
  about: (action, _world, found, arn, context) => aboutArn(action, arn, found, context),
});

/** Tags of each kind of resource (IAM API Reference, "TagUser", "UntagUser", "ListUserTags" and their like). */
export const tagOperations = {
  TagUser: users.tag,
  UntagUser: users.untag,
  ListUserTags: users.list,
  TagRole: roles.tag,
  UntagRole: roles.untag,
  ListRoleTags: roles.list,
  TagInstanceProfile: instanceProfiles.tag,
  UntagInstanceProfile: instanceProfiles.untag,
  ListInstanceProfileTags: instanceProfiles.list,
  TagPolicy: policies.tag,
  UntagPolicy: policies.untag,
  ListPolicyTags: policies.list,
  TagMFADevice: mfaDevices.tag,
  UntagMFADevice: mfaDevices.untag,
  ListMFADeviceTags: mfaDevices.list,
  TagOpenIDConnectProvider: oidcProviders.tag,
  UntagOpenIDConnectProvider: oidcProviders.untag,
  ListOpenIDConnectProviderTags: oidcProviders.list,
  TagSAMLProvider: samlProviders.tag,
  UntagSAMLProvider: samlProviders.untag,
  ListSAMLProviderTags: samlProviders.list,
};
