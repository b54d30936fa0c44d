import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UniqueId } from '#core/identifiers';
import type { Caller } from '#services/operation';
import type { IamTypes } from '#wire/model';
import { allowing, holderCases, putHolders } from '../../../../test/holder-fixture.ts';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { boundaryOperations } from '../boundary/index.ts';
import { attachedPolicyOperations } from './attached-policies.ts';

const account = '111122223333';
const quotas = { User: 10, Group: 10, Role: 20 } as const;
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

function arnOf(name: string, path = '/'): string {
  return `arn:aws:iam::${account}:policy${path}${name}`;
}

async function putPolicy(fixture: ServiceFixture, name: string, path = '/'): Promise<string> {
  await fixture.identity.write(({ put }) =>
    put('policy', {
      id: `ANPA${name}` as UniqueId,
      account: fixture.account.id,
      name,
      path,
      createdAt: fixture.now,
      updatedAt: fixture.now,
      versions: [{ id: 'v1', document: allowing('s3:GetObject'), createdAt: fixture.now }],
      defaultVersion: 'v1',
      lastVersion: 1,
      tags: [],
    }),
  );
  return arnOf(name, path);
}

async function openHolders(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture(account);
  await putHolders(fixture, 'Holder');
  return fixture;
}

for (const { kind, noun, member } of holderCases) {
  const attachPolicy = attachedPolicyOperations[`Attach${noun}Policy`];
  const detachPolicy = attachedPolicyOperations[`Detach${noun}Policy`];
  const listAttached = attachedPolicyOperations[`ListAttached${noun}Policies`];
  const holder = { [member]: 'holder' };

  async function arnsOf(fixture: ServiceFixture): Promise<readonly (string | undefined)[]> {
    const answer: IamTypes.ListAttachedUserPoliciesResponse = await fixture.call(listAttached, holder);
    assert.equal(answer.IsTruncated, false);
    return (answer.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn);
  }

  describe(`policies attached to a ${kind}`, () => {
    test('are attached once, counted, listed by name and detached', async () => {
      const fixture = await openHolders();
      const own = await putPolicy(fixture, 'readonlyaccess', '/team/');
      const count = () => fixture.identity.state.attachmentCount(own, account);
      for (const PolicyArn of [readOnly, own, own]) {
        assert.equal(await fixture.call(attachPolicy, { ...holder, PolicyArn }), undefined);
      }
      assert.equal(count(), 1);
      const answer: IamTypes.ListAttachedUserPoliciesResponse = await fixture.call(listAttached, holder);
      assert.deepEqual(answer, {
        AttachedPolicies: [
          { PolicyName: 'readonlyaccess', PolicyArn: own },
          { PolicyName: 'ReadOnlyAccess', PolicyArn: readOnly },
        ],
        IsTruncated: false,
      });
      assert.equal(await fixture.call(detachPolicy, { ...holder, PolicyArn: own }), undefined);
      assert.deepEqual(await arnsOf(fixture), [readOnly]);
      assert.equal(count(), 0);
    });

    test('are listed below a path and by the page, also when two have one name', async () => {
      const fixture = await openHolders();
      const own = await putPolicy(fixture, 'ReadOnlyAccess', '/team/deep/');
      const other = await putPolicy(fixture, 'Alpha');
      for (const PolicyArn of [readOnly, own, other]) {
        await fixture.call(attachPolicy, { ...holder, PolicyArn });
      }
      const list = (input: object): Promise<IamTypes.ListAttachedUserPoliciesResponse> =>
        fixture.call(listAttached, { ...holder, ...input });
      const seen: (string | undefined)[] = [];
      let Marker: string | undefined;
      do {
        const shown: IamTypes.ListAttachedUserPoliciesResponse = await list({ MaxItems: 1, Marker });
        seen.push(...(shown.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn));
        Marker = shown.Marker;
      } while (Marker !== undefined);
      assert.deepEqual(seen, [other, own, readOnly]);
      assert.deepEqual(await list({ PathPrefix: '/team/' }), {
        AttachedPolicies: [{ PolicyName: 'ReadOnlyAccess', PolicyArn: own }],
        IsTruncated: false,
      });
      await assert.rejects(list({ Marker: 'no' }), isFault('ValidationError', 'Invalid Marker.'));
    });

    test(`are ${quotas[noun]} at most, also when two requests race for the last place`, async () => {
      const fixture = await openHolders();
      const quota = quotas[noun];
      const arns: string[] = [];
      for (let index = 0; index <= quota; index++) arns.push(await putPolicy(fixture, `policy-${index}`));
      const attach = (PolicyArn: string | undefined) => fixture.call(attachPolicy, { ...holder, PolicyArn });
      for (const arn of arns.slice(0, quota - 1)) await attach(arn);
      const [last, tooMany] = await Promise.allSettled([attach(arns[quota - 1]), attach(arns[quota])]);
      assert.equal(last.status, 'fulfilled');
      assert.ok(tooMany.status === 'rejected');
      assert.ok(
        isFault('LimitExceeded', `Cannot exceed quota for PoliciesPer${noun}: ${quota}`)(tooMany.reason),
      );
      await attach(arns[0]);
      assert.equal((await arnsOf(fixture)).length, quota);
    });

    test('must be ARNs, of policies that the account may use', async () => {
      const fixture = await openHolders();
      const own = await putPolicy(fixture, 'own');
      for (const PolicyArn of ['longpolicynamebutnoarn', `arn:aws:iam::${account}:not_a_policy/invalid`]) {
        const invalid = isFault('ValidationError', `ARN ${PolicyArn} is not valid.`);
        await assert.rejects(fixture.call(attachPolicy, { ...holder, PolicyArn }), invalid);
        await assert.rejects(fixture.call(detachPolicy, { ...holder, PolicyArn }), invalid);
      }
      for (const PolicyArn of [`${own}123`, arnOf('OWN'), 'arn:aws:iam::aws:policy/Nonexistent']) {
        await assert.rejects(
          fixture.call(attachPolicy, { ...holder, PolicyArn }),
          isFault('NoSuchEntity', `Policy ${PolicyArn} does not exist or is not attachable.`),
        );
        await assert.rejects(
          fixture.call(detachPolicy, { ...holder, PolicyArn }),
          isFault('NoSuchEntity', `Policy ${PolicyArn} was not found.`),
        );
      }
      await assert.rejects(
        fixture.call(detachPolicy, { ...holder, PolicyArn: own }),
        isFault('NoSuchEntity', `Policy ${own} was not found.`),
      );
      assert.deepEqual(await arnsOf(fixture), []);
    });

    test('are not lent to another account', async () => {
      const fixture = await openHolders();
      const PolicyArn = await putPolicy(fixture, 'own');
      const other = await fixture.addAccount('999988887777', 'stranger');
      const stranger: Caller = { kind: 'root', account: other, accessKeyId: 'AKIASTRANGER' };
      await fixture.identity.write(({ state, put }) => {
        const found = state.all(kind).named(account, 'holder');
        assert.ok(found);
        put(kind, { ...found, id: `${found.id.slice(0, 20)}Z` as UniqueId, account: other.id });
      });
      await assert.rejects(
        fixture.call(attachPolicy, { ...holder, PolicyArn }, stranger),
        isFault('NoSuchEntity', `Policy ${PolicyArn} does not exist or is not attachable.`),
      );
    });

    test('are asked about as the holder, with the policy as a condition key', async () => {
      const fixture = await openHolders();
      const resource = `arn:aws:iam::${account}:${kind}/staff/Holder`;
      const context = { 'iam:PolicyARN': readOnly };
      const tags = kind === 'group' ? {} : { resourceTags: [] };
      const input = { ...holder, PolicyArn: readOnly };
      assert.deepEqual(fixture.questions(attachPolicy, input), [
        { action: `iam:Attach${noun}Policy`, resource, ...tags, context },
      ]);
      assert.deepEqual(fixture.questions(detachPolicy, input), [
        { action: `iam:Detach${noun}Policy`, resource, ...tags, context },
      ]);
      assert.deepEqual(fixture.questions(listAttached, holder), [
        { action: `iam:ListAttached${noun}Policies`, resource, ...tags },
      ]);
      if (kind === 'group') return;
      const bound = noun as 'User' | 'Role';
      await fixture.call(boundaryOperations[`Put${bound}PermissionsBoundary`], {
        ...holder,
        PermissionsBoundary: readOnly,
      });
      for (const operation of [attachPolicy, detachPolicy]) {
        assert.deepEqual(fixture.questions(operation, input)[0]?.context, {
          ...context,
          'iam:PermissionsBoundary': readOnly,
        });
      }
    });

    test('of a holder that does not exist are asked about all the same, and then not found', async () => {
      const fixture = await openHolders();
      const input = { [member]: 'nobody', PolicyArn: readOnly };
      for (const operation of [attachPolicy, detachPolicy, listAttached]) {
        assert.equal(
          fixture.questions(operation, input)[0]?.resource,
          `arn:aws:iam::${account}:${kind}/nobody`,
        );
        await assert.rejects(
          fixture.call(operation, input),
          isFault('NoSuchEntity', `The ${kind} with name nobody cannot be found.`),
        );
      }
    });
  });
}
