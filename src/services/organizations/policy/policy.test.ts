import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OrganizationPolicyType } from '#stores/identity';
import type { OrganizationsTypes } from '#wire/model';
import {
  createAccount,
  createPolicy,
  createUnit,
  denyText,
  isFault,
  memberOf,
  openOrganization,
  openPolicyOrganization,
  rootIdOf,
} from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { organizations } from '../index.ts';

const fullAccess = 'p-FullAWSAccess';
const fullResourceAccess = 'p-RCPFullAWSAccess';
const scp = 'SERVICE_CONTROL_POLICY';
const rcp = 'RESOURCE_CONTROL_POLICY';
const types: readonly OrganizationPolicyType[] = [scp, rcp];

const policyAbsent = isFault('PolicyNotFoundException', "You specified a policy that doesn't exist.");
const targetAbsent = isFault('TargetNotFoundException', "You specified a target that doesn't exist.");
const nameTaken = isFault(
  'DuplicatePolicyException',
  'A policy with the specified name and type already exists.',
);
const notEnabled = isFault(
  'PolicyTypeNotEnabledException',
  'This operation can be performed only for enabled policy types.',
);
const notAvailable = isFault(
  'PolicyTypeNotAvailableForOrganizationException',
  "You can't use the specified policy type with the feature set currently enabled for this organization.",
);
const malformed = isFault(
  'MalformedPolicyDocumentException',
  'The provided policy document does not meet the requirements of the specified policy type.',
);
const immutable = isFault('InvalidInputException', 'You cannot change or delete an AWS managed policy.', {
  Reason: 'IMMUTABLE_POLICY',
});

function attach(fixture: ServiceFixture, PolicyId: string, TargetId: string): Promise<never> {
  return fixture.call(organizations.AttachPolicy, { PolicyId, TargetId });
}

function detach(fixture: ServiceFixture, PolicyId: string, TargetId: string): Promise<never> {
  return fixture.call(organizations.DetachPolicy, { PolicyId, TargetId });
}

async function attachedTo(
  fixture: ServiceFixture,
  TargetId: string,
  Filter: string = scp,
): Promise<readonly (string | undefined)[]> {
  const answer: OrganizationsTypes.ListPoliciesForTargetResponse = await fixture.call(
    organizations.ListPoliciesForTarget,
    { TargetId, Filter },
  );
  return (answer.Policies ?? []).map(({ Id }) => Id);
}

async function targetsOf(fixture: ServiceFixture, PolicyId: string): Promise<readonly unknown[]> {
  const answer: OrganizationsTypes.ListTargetsForPolicyResponse = await fixture.call(
    organizations.ListTargetsForPolicy,
    { PolicyId },
  );
  return (answer.Targets ?? []).map(({ TargetId }) => TargetId);
}

function create(fixture: ServiceFixture, more: object): Promise<never> {
  const input = { Name: 'policy', Description: '', Type: scp, Content: denyText(scp), ...more };
  return fixture.call(organizations.CreatePolicy, input);
}

describe('a policy of an organization', () => {
  for (const type of types) {
    test(`of type ${type} is created, described, listed, changed and deleted`, async () => {
      const fixture = await openOrganization();
      const id = await createPolicy(fixture, 'deny', type);
      const organization = fixture.identity.state.all('organization').list('')[0]?.id;
      const PolicySummary = {
        Id: id,
        Arn: `arn:aws:organizations::111122223333:policy/${organization}/${type.toLowerCase()}/${id}`,
        Name: 'deny',
        Description: 'about deny',
        Type: type,
        AwsManaged: false,
      };
      assert.match(id, /^p-[a-z0-9]{8}$/);
      assert.deepEqual(await fixture.call(organizations.DescribePolicy, { PolicyId: id }), {
        Policy: { PolicySummary, Content: denyText(type) },
      });
      const listed: OrganizationsTypes.ListPoliciesResponse = await fixture.call(organizations.ListPolicies, {
        Filter: type,
      });
      assert.deepEqual(
        listed.Policies?.find(({ AwsManaged }) => AwsManaged === false),
        PolicySummary,
      );
      assert.deepEqual(
        listed.Policies?.map(({ Id }) => Id),
        [type === scp ? fullAccess : fullResourceAccess, id].sort(),
      );
      const Content = denyText(type).replace('sts:*', 's3:*');
      const changed = { Name: 'other', Description: 'new', Content };
      assert.deepEqual(await fixture.call(organizations.UpdatePolicy, { PolicyId: id, ...changed }), {
        Policy: { PolicySummary: { ...PolicySummary, Name: 'other', Description: 'new' }, Content },
      });
      await fixture.call(organizations.DeletePolicy, { PolicyId: id });
      await assert.rejects(fixture.call(organizations.DescribePolicy, { PolicyId: id }), policyAbsent);
    });
  }

  test('has a name of its own within its type', async () => {
    const fixture = await openOrganization();
    await createPolicy(fixture, 'deny');
    const other = await createPolicy(fixture, 'other');
    await createPolicy(fixture, 'deny', rcp);
    await assert.rejects(createPolicy(fixture, 'deny'), nameTaken);
    await assert.rejects(createPolicy(fixture, 'FullAWSAccess'), nameTaken);
    const rename = (Name: string): Promise<never> =>
      fixture.call(organizations.UpdatePolicy, { PolicyId: other, Name });
    await assert.rejects(rename('deny'), nameTaken);
    await rename('other');
    const outcomes = await Promise.allSettled([createPolicy(fixture, 'twin'), createPolicy(fixture, 'twin')]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  test('must be a policy of its type, when it is made and when it is changed', async () => {
    const fixture = await openOrganization();
    const allowAll = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
    for (const bad of [
      { Content: '{' },
      { Content: '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*"}]}' },
      { Content: denyText(rcp) },
      { Type: rcp, Content: denyText(scp) },
      { Type: rcp, Content: allowAll },
    ])
      await assert.rejects(create(fixture, bad), malformed);
    const id = await createPolicy(fixture, 'deny');
    await assert.rejects(fixture.call(organizations.UpdatePolicy, { PolicyId: id, Content: '{' }), malformed);
    assert.equal(fixture.identity.state.all('organization-policy').get(id)?.content, denyText(scp));
  });

  test('has at most 5120 bytes', async () => {
    const fixture = await openOrganization();
    const padded = (bytes: number): string => denyText(scp).padEnd(bytes, ' ');
    await create(fixture, { Content: padded(5120) });
    await assert.rejects(
      create(fixture, { Name: 'longer', Content: padded(5121) }),
      isFault('ConstraintViolationException', 'You have exceeded the maximum policy size.', {
        Reason: 'POLICY_CONTENT_LIMIT_EXCEEDED',
      }),
    );
  });

  test('is one of a thousand of its type at most', async () => {
    const fixture = await openOrganization();
    const organization = fixture.identity.state.all('organization').list('')[0]?.id ?? '';
    await fixture.identity.write(({ put }) => {
      for (let index = 0; index < 999; index += 1) {
        const id = `p-${String(index).padStart(8, '0')}`;
        const content = denyText(scp);
        const more = { type: scp, name: id, description: '', content, createdAt: 0, tags: [] } as const;
        put('organization-policy', { id, organization, ...more });
      }
    });
    await createPolicy(fixture, 'last');
    await assert.rejects(
      createPolicy(fixture, 'more'),
      isFault(
        'ConstraintViolationException',
        'You have exceeded the number of policies you can have in an organization.',
        { Reason: 'POLICY_NUMBER_LIMIT_EXCEEDED' },
      ),
    );
    await createPolicy(fixture, 'of the other type', rcp);
  });

  test('is of a type that decisions ask, in an organization with all features', async () => {
    const fixture = await openOrganization();
    await assert.rejects(create(fixture, { Type: 'TAG_POLICY', Content: '{}' }), notAvailable);
    assert.deepEqual(await fixture.call(organizations.ListPolicies, { Filter: 'TAG_POLICY' }), {
      Policies: [],
    });
    const billing = await openServiceFixture();
    await billing.call(organizations.CreateOrganization, { FeatureSet: 'CONSOLIDATED_BILLING' });
    await assert.rejects(create(billing, {}), notAvailable);
    assert.deepEqual(await billing.call(organizations.ListPolicies, { Filter: scp }), { Policies: [] });
    await assert.rejects(
      billing.call(organizations.EnablePolicyType, { RootId: rootIdOf(billing), PolicyType: scp }),
      notAvailable,
    );
  });

  test('cannot be changed, deleted or tagged when it is one of AWS', async () => {
    const fixture = await openPolicyOrganization();
    for (const PolicyId of [fullAccess, fullResourceAccess]) {
      await assert.rejects(fixture.call(organizations.UpdatePolicy, { PolicyId, Name: 'mine' }), immutable);
      await assert.rejects(fixture.call(organizations.DeletePolicy, { PolicyId }), immutable);
      const Tags = [{ Key: 'team', Value: 'blue' }];
      await assert.rejects(
        fixture.call(organizations.TagResource, { ResourceId: PolicyId, Tags }),
        immutable,
      );
    }
  });

  test('of another organization is as absent as one that was never made', async () => {
    const fixture = await openPolicyOrganization();
    const account = await fixture.addAccount('999988887777', 'stranger');
    const stranger = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' } as const;
    await fixture.call(organizations.CreateOrganization, {}, stranger);
    const input = { Name: 'theirs', Description: '', Type: scp, Content: denyText(scp) };
    const { Policy }: OrganizationsTypes.CreatePolicyResponse = await fixture.call(
      organizations.CreatePolicy,
      input,
      stranger,
    );
    for (const PolicyId of [Policy?.PolicySummary?.Id ?? '', 'p-absent00']) {
      await assert.rejects(fixture.call(organizations.DescribePolicy, { PolicyId }), policyAbsent);
      await assert.rejects(fixture.call(organizations.UpdatePolicy, { PolicyId }), policyAbsent);
      await assert.rejects(fixture.call(organizations.DeletePolicy, { PolicyId }), policyAbsent);
      await assert.rejects(fixture.call(organizations.ListTargetsForPolicy, { PolicyId }), policyAbsent);
      await assert.rejects(attach(fixture, PolicyId, rootIdOf(fixture)), policyAbsent);
      await assert.rejects(detach(fixture, PolicyId, rootIdOf(fixture)), policyAbsent);
    }
    const PolicyId = await createPolicy(fixture, 'mine');
    for (const TargetId of ['999988887777', 'ou-absent-12345678', 'r-absent']) {
      await assert.rejects(attach(fixture, PolicyId, TargetId), targetAbsent);
      await assert.rejects(detach(fixture, PolicyId, TargetId), targetAbsent);
      await assert.rejects(attachedTo(fixture, TargetId), targetAbsent);
    }
  });
});

describe('a policy type', () => {
  test('brings its policy of AWS to the root, every unit and every account, also to those that come later', async () => {
    const fixture = await openOrganization();
    const root = rootIdOf(fixture);
    const before = await createUnit(fixture, root, 'before');
    assert.deepEqual(await attachedTo(fixture, root), []);
    for (const PolicyType of types)
      await fixture.call(organizations.EnablePolicyType, { RootId: root, PolicyType });
    const after = await createUnit(fixture, before, 'after');
    const { AccountId = '' } = await createAccount(fixture, 'member');
    const everything = [root, before, after, '111122223333', AccountId];
    for (const target of everything) {
      assert.deepEqual(await attachedTo(fixture, target), [fullAccess]);
      assert.deepEqual(await attachedTo(fixture, target, rcp), [fullResourceAccess]);
    }
    assert.deepEqual(await targetsOf(fixture, fullAccess), [...everything].sort());
    assert.deepEqual(await targetsOf(fixture, fullResourceAccess), [...everything].sort());
    const roots: OrganizationsTypes.ListRootsResponse = await fixture.call(organizations.ListRoots, {});
    assert.deepEqual(
      roots.Roots?.[0]?.PolicyTypes,
      types.map((Type) => ({ Type, Status: 'ENABLED' })),
    );
  });

  test('is enabled once and disabled once, and takes every attachment with it', async () => {
    const fixture = await openPolicyOrganization();
    const RootId = rootIdOf(fixture);
    const kept = await createPolicy(fixture, 'kept', rcp);
    await attach(fixture, kept, RootId);
    await attach(fixture, await createPolicy(fixture, 'deny'), RootId);
    const type = { RootId, PolicyType: scp };
    await assert.rejects(
      fixture.call(organizations.EnablePolicyType, type),
      isFault('PolicyTypeAlreadyEnabledException', 'The specified policy type is already enabled.'),
    );
    const disabled: OrganizationsTypes.DisablePolicyTypeResponse = await fixture.call(
      organizations.DisablePolicyType,
      type,
    );
    assert.deepEqual(disabled.Root?.PolicyTypes, [{ Type: rcp, Status: 'ENABLED' }]);
    await assert.rejects(fixture.call(organizations.DisablePolicyType, type), notEnabled);
    assert.deepEqual(
      [...fixture.identity.state.all('policy-attachment').values()].map(({ policy }) => policy),
      [kept],
    );
    await fixture.call(organizations.EnablePolicyType, type);
    assert.deepEqual(await attachedTo(fixture, RootId), [fullAccess]);
  });

  test('is enabled in the root that the organization has', async () => {
    const fixture = await openOrganization();
    const absent = isFault('RootNotFoundException', "You specified a root that doesn't exist.");
    for (const operation of ['EnablePolicyType', 'DisablePolicyType'] as const)
      await assert.rejects(
        fixture.call(organizations[operation], { RootId: 'r-absent', PolicyType: scp }),
        absent,
      );
    const type = { RootId: rootIdOf(fixture), PolicyType: 'TAG_POLICY' };
    await assert.rejects(fixture.call(organizations.EnablePolicyType, type), notAvailable);
    await assert.rejects(fixture.call(organizations.DisablePolicyType, type), notEnabled);
  });
});

describe('an attachment', () => {
  test('needs its type enabled, and is made once', async () => {
    const fixture = await openOrganization();
    const root = rootIdOf(fixture);
    const policy = await createPolicy(fixture, 'deny');
    await assert.rejects(attach(fixture, policy, root), notEnabled);
    await fixture.call(organizations.EnablePolicyType, { RootId: root, PolicyType: scp });
    const outcomes = await Promise.allSettled([attach(fixture, policy, root), attach(fixture, policy, root)]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const duplicate = isFault(
      'DuplicatePolicyAttachmentException',
      'A policy with the specified name and type already exists.',
    );
    await assert.rejects(attach(fixture, policy, root), duplicate);
    await assert.rejects(attach(fixture, fullAccess, root), duplicate);
    assert.deepEqual(await targetsOf(fixture, policy), [root]);
  });

  test('keeps its policy from being deleted', async () => {
    const fixture = await openPolicyOrganization();
    const policy = await createPolicy(fixture, 'deny');
    await attach(fixture, policy, rootIdOf(fixture));
    const remove = (): Promise<never> => fixture.call(organizations.DeletePolicy, { PolicyId: policy });
    await assert.rejects(
      remove(),
      isFault(
        'PolicyInUseException',
        'The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.',
      ),
    );
    await detach(fixture, policy, rootIdOf(fixture));
    await remove();
  });

  for (const type of types) {
    test(`is one of five of type ${type} on a target at most`, async () => {
      const fixture = await openPolicyOrganization();
      const root = rootIdOf(fixture);
      for (const name of ['1', '2', '3', '4'])
        await attach(fixture, await createPolicy(fixture, name, type), root);
      await assert.rejects(
        attach(fixture, await createPolicy(fixture, '5', type), root),
        isFault(
          'ConstraintViolationException',
          'You have attached the maximum number of policies to the specified target.',
          { Reason: 'MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED' },
        ),
      );
    });
  }

  test('of the last service control policy stays, whichever it is', async () => {
    const fixture = await openPolicyOrganization();
    const root = rootIdOf(fixture);
    const last = isFault(
      'ConstraintViolationException',
      'You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.',
      { Reason: 'MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED' },
    );
    await assert.rejects(detach(fixture, fullAccess, root), last);
    const policy = await createPolicy(fixture, 'deny');
    await attach(fixture, policy, root);
    const outcomes = await Promise.allSettled([
      detach(fixture, fullAccess, root),
      detach(fixture, policy, root),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal((await attachedTo(fixture, root)).length, 1);
  });

  test('of RCPFullAWSAccess stays always, and what is not attached cannot be detached', async () => {
    const fixture = await openPolicyOrganization();
    const root = rootIdOf(fixture);
    const policy = await createPolicy(fixture, 'deny', rcp);
    await assert.rejects(
      detach(fixture, policy, root),
      isFault(
        'PolicyNotAttachedException',
        "The policy isn't attached to the specified target in the specified root.",
      ),
    );
    await attach(fixture, policy, root);
    await assert.rejects(
      detach(fixture, fullResourceAccess, root),
      isFault('InvalidInputException', 'You cannot detach this AWS managed policy.', {
        Reason: 'NON_DETACHABLE_POLICY',
      }),
    );
    await detach(fixture, policy, root);
  });

  test('is listed page by page, with what the target is', async () => {
    const fixture = await openPolicyOrganization();
    const root = rootIdOf(fixture);
    const unit = await createUnit(fixture, root, 'unit');
    const policy = await createPolicy(fixture, 'deny');
    for (const target of [root, unit, '111122223333']) await attach(fixture, policy, target);
    const organization = fixture.identity.state.all('organization').list('')[0]?.id;
    const arn = (rest: string) => `arn:aws:organizations::111122223333:${rest}`;
    const first: OrganizationsTypes.ListTargetsForPolicyResponse = await fixture.call(
      organizations.ListTargetsForPolicy,
      { PolicyId: policy, MaxResults: 2 },
    );
    const second: OrganizationsTypes.ListTargetsForPolicyResponse = await fixture.call(
      organizations.ListTargetsForPolicy,
      { PolicyId: policy, MaxResults: 2, NextToken: first.NextToken },
    );
    assert.equal(second.NextToken, undefined);
    assert.deepEqual(
      [...(first.Targets ?? []), ...(second.Targets ?? [])],
      [
        {
          TargetId: '111122223333',
          Arn: arn(`account/${organization}/111122223333`),
          Name: 'management',
          Type: 'ACCOUNT',
        },
        { TargetId: unit, Arn: arn(`ou/${organization}/${unit}`), Name: 'unit', Type: 'ORGANIZATIONAL_UNIT' },
        { TargetId: root, Arn: arn(`root/${organization}/${root}`), Name: 'Root', Type: 'ROOT' },
      ],
    );
  });

  test('is put to policy with the type of its policy, once for the policy and once for the target', async () => {
    const fixture = await openPolicyOrganization();
    const policy = await createPolicy(fixture, 'deny', rcp);
    for (const operation of [organizations.AttachPolicy, organizations.DetachPolicy]) {
      const questions = fixture.questions(operation, { PolicyId: policy, TargetId: rootIdOf(fixture) });
      assert.deepEqual(
        questions.map(({ context }) => context),
        [{ 'organizations:PolicyType': rcp }, { 'organizations:PolicyType': rcp }],
      );
    }
  });
});

describe('DescribeEffectivePolicy', () => {
  const absent = isFault(
    'EffectivePolicyNotFoundException',
    'The policy type is not enabled, or the account has no effective policy of this type.',
  );

  test('finds none, as no type that has one can be enabled, for the own account and for members', async () => {
    const fixture = await openOrganization();
    const member = await memberOf(fixture);
    const describe = (input: object, caller = member): Promise<never> =>
      fixture.call(organizations.DescribeEffectivePolicy, { PolicyType: 'TAG_POLICY', ...input }, caller);
    await assert.rejects(describe({}), absent);
    await assert.rejects(
      fixture.call(organizations.DescribeEffectivePolicy, {
        PolicyType: 'TAG_POLICY',
        TargetId: member.account.id,
      }),
      absent,
    );
    await assert.rejects(
      describe({ TargetId: '111122223333' }),
      isFault('AccessDeniedException', "You don't have permissions to access this resource."),
    );
    await assert.rejects(
      fixture.call(organizations.DescribeEffectivePolicy, {
        PolicyType: 'TAG_POLICY',
        TargetId: '123412341234',
      }),
      targetAbsent,
    );
  });
});
