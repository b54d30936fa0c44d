import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OrganizationsTypes } from '#wire/model';
import {
  createAccount,
  createPolicy,
  createUnit,
  isFault,
  openOrganization,
  openPolicyOrganization,
  rootIdOf,
} from '../../../../test/organization-fixture.ts';
import type { ServiceFixture } from '../../../../test/service-fixture.ts';
import { organizations } from '../index.ts';

const unitAbsent = isFault(
  'OrganizationalUnitNotFoundException',
  "You specified an organizational unit that doesn't exist.",
);
const parentAbsent = isFault('ParentNotFoundException', "You specified a parent that doesn't exist.");
const nameTaken = isFault('DuplicateOrganizationalUnitException', 'An OU with the same name already exists.');
const absentUnit = 'ou-absent-12345678';

/** A second organization beside the fixture's, with a unit that the first must not see. */
async function strangeUnit(fixture: ServiceFixture): Promise<string> {
  const account = await fixture.addAccount('999988887777', 'stranger');
  const stranger = { kind: 'root', account, accessKeyId: 'AKIASTRANGER' } as const;
  await fixture.call(organizations.CreateOrganization, {}, stranger);
  const other = fixture.identity.state.all('account').get(account.id);
  const { OrganizationalUnit }: OrganizationsTypes.CreateOrganizationalUnitResponse = await fixture.call(
    organizations.CreateOrganizationalUnit,
    { ParentId: other?.organization?.parent, Name: 'theirs' },
    stranger,
  );
  assert.ok(OrganizationalUnit?.Id);
  return OrganizationalUnit.Id;
}

describe('an organizational unit', () => {
  test('is created in the root or in another unit, and described with its path', async () => {
    const fixture = await openOrganization();
    const root = rootIdOf(fixture);
    const outer = await createUnit(fixture, root, 'outer');
    assert.match(outer, new RegExp(`^ou-${root.slice(2)}-[a-z0-9]{8}$`));
    const inner = await createUnit(fixture, outer, 'inner');
    const organization = fixture.identity.state.all('organization').list('')[0]?.id;
    assert.deepEqual(
      await fixture.call(organizations.DescribeOrganizationalUnit, { OrganizationalUnitId: inner }),
      {
        OrganizationalUnit: {
          Id: inner,
          Arn: `arn:aws:organizations::111122223333:ou/${organization}/${inner}`,
          Name: 'inner',
          Path: `${organization}/${root}/${outer}/${inner}/`,
        },
      },
    );
  });

  test('has a name of its own within its parent, also after a renaming', async () => {
    const fixture = await openOrganization();
    const root = rootIdOf(fixture);
    const first = await createUnit(fixture, root, 'first');
    await assert.rejects(createUnit(fixture, root, 'first'), nameTaken);
    await createUnit(fixture, first, 'first');
    const second = await createUnit(fixture, root, 'second');
    const rename = (Name?: string): Promise<never> =>
      fixture.call(organizations.UpdateOrganizationalUnit, { OrganizationalUnitId: second, Name });
    await assert.rejects(rename('first'), nameTaken);
    const renamed: OrganizationsTypes.UpdateOrganizationalUnitResponse = await rename('third');
    assert.deepEqual([renamed.OrganizationalUnit?.Id, renamed.OrganizationalUnit?.Name], [second, 'third']);
    await rename('third');
    const same: OrganizationsTypes.UpdateOrganizationalUnitResponse = await rename();
    assert.equal(same.OrganizationalUnit?.Name, 'third');
  });

  test('of two that are created at once with one name, one is', async () => {
    const fixture = await openOrganization();
    const root = rootIdOf(fixture);
    const outcomes = await Promise.allSettled([
      createUnit(fixture, root, 'twin'),
      createUnit(fixture, root, 'twin'),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal(fixture.identity.state.all('organizational-unit').count(root), 1);
  });

  test('nests five levels and no more', async () => {
    const fixture = await openOrganization();
    let parent = rootIdOf(fixture);
    for (const name of ['1', '2', '3', '4', '5']) parent = await createUnit(fixture, parent, name);
    await assert.rejects(
      createUnit(fixture, parent, '6'),
      isFault(
        'ConstraintViolationException',
        'You have exceeded the maximum nesting depth of organizational units.',
        {
          Reason: 'OU_DEPTH_LIMIT_EXCEEDED',
        },
      ),
    );
  });

  test('is one of two thousand at most', async () => {
    const fixture = await openOrganization();
    const [organization] = fixture.identity.state.all('organization').list('');
    await fixture.identity.write(({ put }) => {
      for (let index = 0; index < 1999; index += 1) {
        const id = `ou-many-${String(index).padStart(8, '0')}`;
        const place = { organization: organization?.id ?? '', parent: 'r-elsewhere' };
        put('organizational-unit', { id, ...place, name: id, createdAt: 0, tags: [] });
      }
    });
    await createUnit(fixture, rootIdOf(fixture), 'last');
    await assert.rejects(
      createUnit(fixture, rootIdOf(fixture), 'more'),
      isFault(
        'ConstraintViolationException',
        'You have exceeded the number of organizational units you can have in an organization.',
        { Reason: 'OU_NUMBER_LIMIT_EXCEEDED' },
      ),
    );
  });

  test('is deleted with its attachments once it is empty', async () => {
    const fixture = await openPolicyOrganization();
    const root = rootIdOf(fixture);
    const outer = await createUnit(fixture, root, 'outer');
    const inner = await createUnit(fixture, outer, 'inner');
    const { AccountId } = await createAccount(fixture, 'member');
    await fixture.call(organizations.MoveAccount, {
      AccountId,
      SourceParentId: root,
      DestinationParentId: inner,
    });
    const remove = (OrganizationalUnitId: string): Promise<never> =>
      fixture.call(organizations.DeleteOrganizationalUnit, { OrganizationalUnitId });
    const notEmpty = isFault(
      'OrganizationalUnitNotEmptyException',
      'The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.',
    );
    await assert.rejects(remove(outer), notEmpty);
    await assert.rejects(remove(inner), notEmpty);
    await fixture.call(organizations.MoveAccount, {
      AccountId,
      SourceParentId: inner,
      DestinationParentId: root,
    });
    const policy = await createPolicy(fixture, 'deny');
    await fixture.call(organizations.AttachPolicy, { PolicyId: policy, TargetId: inner });
    await remove(inner);
    assert.deepEqual(fixture.identity.state.all('policy-attachment').list(inner), []);
    await fixture.call(organizations.DeletePolicy, { PolicyId: policy });
    await remove(outer);
    await assert.rejects(remove(outer), unitAbsent);
  });

  test('of another organization is as absent as one that was never made', async () => {
    const fixture = await openOrganization();
    for (const id of [await strangeUnit(fixture), absentUnit]) {
      const named = { OrganizationalUnitId: id };
      await assert.rejects(fixture.call(organizations.DescribeOrganizationalUnit, named), unitAbsent);
      await assert.rejects(fixture.call(organizations.UpdateOrganizationalUnit, named), unitAbsent);
      await assert.rejects(fixture.call(organizations.DeleteOrganizationalUnit, named), unitAbsent);
      await assert.rejects(createUnit(fixture, id, 'mine'), parentAbsent);
      for (const operation of ['ListAccountsForParent', 'ListOrganizationalUnitsForParent'] as const)
        await assert.rejects(fixture.call(organizations[operation], { ParentId: id }), parentAbsent);
      await assert.rejects(
        fixture.call(organizations.ListChildren, { ParentId: id, ChildType: 'ACCOUNT' }),
        parentAbsent,
      );
      await assert.rejects(
        fixture.call(organizations.ListParents, { ChildId: id }),
        isFault('ChildNotFoundException', "You specified a child that doesn't exist."),
      );
    }
  });
});

describe('the tree of an organization', () => {
  test('is listed level by level and page by page', async () => {
    const fixture = await openOrganization();
    const root = rootIdOf(fixture);
    const units = [
      await createUnit(fixture, root, 'a'),
      await createUnit(fixture, root, 'b'),
      await createUnit(fixture, root, 'c'),
    ].sort();
    const seen: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page: OrganizationsTypes.ListOrganizationalUnitsForParentResponse = await fixture.call(
        organizations.ListOrganizationalUnitsForParent,
        { ParentId: root, MaxResults: 2, NextToken: token },
      );
      seen.push(...(page.OrganizationalUnits ?? []).map(({ Id }) => Id));
      token = page.NextToken;
    } while (token !== undefined);
    assert.deepEqual(seen, units);
    assert.deepEqual(
      await fixture.call(organizations.ListChildren, { ParentId: root, ChildType: 'ORGANIZATIONAL_UNIT' }),
      { Children: units.map((Id) => ({ Id, Type: 'ORGANIZATIONAL_UNIT' })) },
    );
    assert.deepEqual(
      await fixture.call(organizations.ListChildren, { ParentId: root, ChildType: 'ACCOUNT' }),
      { Children: [{ Id: '111122223333', Type: 'ACCOUNT' }] },
    );
    assert.deepEqual(await fixture.call(organizations.ListParents, { ChildId: units[0] }), {
      Parents: [{ Id: root, Type: 'ROOT' }],
    });
  });

  test('has a moved account in the new place alone', async () => {
    const fixture = await openOrganization();
    const root = rootIdOf(fixture);
    const unit = await createUnit(fixture, root, 'unit');
    const { AccountId } = await createAccount(fixture, 'member');
    await fixture.call(organizations.MoveAccount, {
      AccountId,
      SourceParentId: root,
      DestinationParentId: unit,
    });
    const accountsIn = async (ParentId: string): Promise<readonly unknown[]> => {
      const answer: OrganizationsTypes.ListAccountsForParentResponse = await fixture.call(
        organizations.ListAccountsForParent,
        { ParentId },
      );
      return (answer.Accounts ?? []).map(({ Id }) => Id);
    };
    assert.deepEqual(await accountsIn(root), ['111122223333']);
    assert.deepEqual(await accountsIn(unit), [AccountId]);
    assert.deepEqual(await fixture.call(organizations.ListParents, { ChildId: AccountId }), {
      Parents: [{ Id: unit, Type: 'ORGANIZATIONAL_UNIT' }],
    });
    const described: OrganizationsTypes.DescribeAccountResponse = await fixture.call(
      organizations.DescribeAccount,
      { AccountId },
    );
    const organization = fixture.identity.state.all('organization').list('')[0]?.id;
    assert.deepEqual(described.Account?.Paths, [`${organization}/${root}/${unit}/${AccountId}/`]);
  });

  test('lets an account be moved only from where it is to where it is not', async () => {
    const fixture = await openOrganization();
    const root = rootIdOf(fixture);
    const unit = await createUnit(fixture, root, 'unit');
    const { AccountId = '' } = await createAccount(fixture, 'member');
    const move = (account: string, source: string, destination: string): Promise<never> =>
      fixture.call(organizations.MoveAccount, {
        AccountId: account,
        SourceParentId: source,
        DestinationParentId: destination,
      });
    await assert.rejects(
      move('123412341234', root, unit),
      isFault('AccountNotFoundException', "You specified an account that doesn't exist."),
    );
    const sourceAbsent = isFault(
      'SourceParentNotFoundException',
      "You specified a source parent that doesn't exist.",
    );
    await assert.rejects(move(AccountId, unit, root), sourceAbsent);
    await assert.rejects(move(AccountId, absentUnit, root), sourceAbsent);
    await assert.rejects(
      move(AccountId, root, await strangeUnit(fixture)),
      isFault('DestinationParentNotFoundException', "You specified a destination parent that doesn't exist."),
    );
    await assert.rejects(
      move(AccountId, root, root),
      isFault('DuplicateAccountException', 'That account is already present in the specified destination.'),
    );
    const outcomes = await Promise.allSettled([move(AccountId, root, unit), move(AccountId, root, unit)]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });
});
