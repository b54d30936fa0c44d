import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PolicyError } from '#core/policy';
import type { Caller } from '#services/operation';
import type { IamTypes } from '#wire/model';
import { allowing, holderCases, putHolders } from '../../../../test/holder-fixture.ts';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { boundaryOperations } from '../boundary/index.ts';
import { inlinePolicyOperations } from './inline-policies.ts';

const account = '111122223333';
const quotas = { user: 2048, group: 5120, role: 10_240 } as const;

/** A policy whose size as quotas count it is exactly that. */
function policyOfSize(size: number): string {
  const empty = allowing('s3:');
  return allowing(`s3:${'a'.repeat(size - empty.length)}`);
}

async function openHolders(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture(account);
  await putHolders(fixture, 'Holder');
  return fixture;
}

for (const { kind, noun, member } of holderCases) {
  const putPolicy = inlinePolicyOperations[`Put${noun}Policy`];
  const getPolicy = inlinePolicyOperations[`Get${noun}Policy`];
  const deletePolicy = inlinePolicyOperations[`Delete${noun}Policy`];
  const listPolicies = inlinePolicyOperations[`List${noun}Policies`];
  const holder = { [member]: 'holder' };

  async function namesOf(fixture: ServiceFixture): Promise<readonly string[]> {
    const answer: IamTypes.ListUserPoliciesResponse = await fixture.call(listPolicies, holder);
    assert.equal(answer.IsTruncated, false);
    return answer.PolicyNames;
  }

  describe(`inline policies of a ${kind}`, () => {
    test('come back as they were written, percent-encoded, under the holder’s own name', async () => {
      const fixture = await openHolders();
      const written = `{ "Version": "2012-10-17",\n "Statement": {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/(é)'!+*"} }`;
      const input = { ...holder, PolicyName: 'p', PolicyDocument: written };
      assert.equal(await fixture.call(putPolicy, input), undefined);
      const answer: IamTypes.GetUserPolicyResponse = await fixture.call(getPolicy, {
        ...holder,
        PolicyName: 'p',
      });
      assert.deepEqual(answer, {
        [member]: 'Holder',
        PolicyName: 'p',
        PolicyDocument: answer.PolicyDocument,
      });
      assert.equal(decodeURIComponent(answer.PolicyDocument), written);
      assert.match(answer.PolicyDocument, /^[A-Za-z0-9\-._~%]+$/);
      assert.match(answer.PolicyDocument, /^%7B%20%22Version%22%3A%20/);
      assert.match(answer.PolicyDocument, /%28%C3%A9%29%27%21%2B%2A/);
    });

    test('are replaced by name, listed by name, and deleted', async () => {
      const fixture = await openHolders();
      const put = (PolicyName: string, action: string) =>
        fixture.call(putPolicy, { ...holder, PolicyName, PolicyDocument: allowing(action) });
      for (const name of ['b', 'a', '__proto__', 'constructor']) await put(name, 's3:GetObject');
      await put('a', 's3:PutObject');
      assert.deepEqual(await namesOf(fixture), ['__proto__', 'a', 'b', 'constructor']);
      const { PolicyDocument }: IamTypes.GetUserPolicyResponse = await fixture.call(getPolicy, {
        ...holder,
        PolicyName: 'a',
      });
      assert.equal(decodeURIComponent(PolicyDocument), allowing('s3:PutObject'));
      for (const PolicyName of ['a', '__proto__']) {
        assert.equal(await fixture.call(deletePolicy, { ...holder, PolicyName }), undefined);
      }
      assert.deepEqual(await namesOf(fixture), ['b', 'constructor']);
    });

    test('come by the page', async () => {
      const fixture = await openHolders();
      for (const PolicyName of ['c', 'a', 'b']) {
        await fixture.call(putPolicy, { ...holder, PolicyName, PolicyDocument: allowing('s3:GetObject') });
      }
      const list = (input: object): Promise<IamTypes.ListUserPoliciesResponse> =>
        fixture.call(listPolicies, { ...holder, MaxItems: 2, ...input });
      const first = await list({});
      assert.deepEqual([first.PolicyNames, first.IsTruncated], [['a', 'b'], true]);
      assert.deepEqual(await list({ Marker: first.Marker }), { PolicyNames: ['c'], IsTruncated: false });
      await assert.rejects(list({ Marker: 'no' }), isFault('ValidationError', 'Invalid Marker.'));
    });

    test('may come to a size together, whitespace left out, and no further', async () => {
      const fixture = await openHolders();
      const quota = quotas[kind];
      const put = (PolicyName: string, PolicyDocument: string) =>
        fixture.call(putPolicy, { ...holder, PolicyName, PolicyDocument });
      const first = policyOfSize(1000);
      await put('first', JSON.stringify(JSON.parse(first), null, 8));
      await put('second', policyOfSize(quota - 1000));
      const refused = isFault(
        'LimitExceeded',
        `Maximum policy size of ${quota} bytes exceeded for ${kind} Holder`,
      );
      await assert.rejects(put('third', allowing('s3:GetObject')), refused);
      await assert.rejects(put('second', policyOfSize(quota - 999)), refused);
      await put('second', policyOfSize(quota - 1000));
      assert.deepEqual(await namesOf(fixture), ['first', 'second']);
    });

    test('do not exceed the size when two requests race for what is left', async () => {
      const fixture = await openHolders();
      const size = Math.floor(quotas[kind] / 2) + 1;
      const results = await Promise.allSettled(
        ['one', 'other'].map((PolicyName) =>
          fixture.call(putPolicy, { ...holder, PolicyName, PolicyDocument: policyOfSize(size) }),
        ),
      );
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected'],
      );
      assert.deepEqual(await namesOf(fixture), ['one']);
    });

    test('are refused when they are no policies of a principal', async () => {
      const fixture = await openHolders();
      const put = (PolicyDocument: string) =>
        fixture.call(putPolicy, { ...holder, PolicyName: 'p', PolicyDocument });
      const malformed = [
        ['{', 'Syntax errors in policy.'],
        [
          '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}}',
          'Policy statement must contain actions.',
        ],
        [
          '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}',
          'Policy document should not specify a principal.',
        ],
      ] as const;
      for (const [document, message] of malformed) {
        await assert.rejects(put(document), (error) => {
          assert.ok(error instanceof PolicyError);
          assert.equal(error.message, message);
          return true;
        });
      }
      assert.deepEqual(await namesOf(fixture), []);
    });

    test('are asked about as the holder they are of', async () => {
      const fixture = await openHolders();
      const resource = `arn:aws:iam::${account}:${kind}/staff/Holder`;
      const absent = `arn:aws:iam::${account}:${kind}/nobody`;
      for (const [name, operation] of [
        [`Put${noun}Policy`, putPolicy],
        [`Get${noun}Policy`, getPolicy],
        [`Delete${noun}Policy`, deletePolicy],
        [`List${noun}Policies`, listPolicies],
      ] as const) {
        const ask = (holderName: string) => {
          const [question, ...others] = fixture.questions(operation, {
            [member]: holderName,
            PolicyName: 'p',
            PolicyDocument: allowing('s3:GetObject'),
          });
          assert.equal(others.length, 0);
          return [question?.action, question?.resource];
        };
        assert.deepEqual(ask('holder'), [`iam:${name}`, resource]);
        assert.deepEqual(ask('nobody'), [`iam:${name}`, absent]);
      }
    });

    test('that are not there, and holders that are not, are told apart by name', async () => {
      const fixture = await openHolders();
      const noPolicy = (name: string) =>
        isFault('NoSuchEntity', `The ${kind} policy with name ${name} cannot be found.`);
      for (const PolicyName of ['absent', 'toString']) {
        await assert.rejects(fixture.call(getPolicy, { ...holder, PolicyName }), noPolicy(PolicyName));
        await assert.rejects(fixture.call(deletePolicy, { ...holder, PolicyName }), noPolicy(PolicyName));
      }
      const noHolder = isFault('NoSuchEntity', `The ${kind} with name nobody cannot be found.`);
      const input = { [member]: 'nobody', PolicyName: 'p', PolicyDocument: allowing('s3:GetObject') };
      for (const operation of [putPolicy, getPolicy, deletePolicy, listPolicies]) {
        await assert.rejects(fixture.call(operation, input), noHolder);
      }
    });

    test('of another account’s holder are out of reach', async () => {
      const fixture = await openHolders();
      const other = await fixture.addAccount('999988887777', 'stranger');
      const stranger: Caller = { kind: 'root', account: other, accessKeyId: 'AKIASTRANGER' };
      const input = { ...holder, PolicyName: 'p', PolicyDocument: allowing('s3:GetObject') };
      const noHolder = isFault('NoSuchEntity', `The ${kind} with name holder cannot be found.`);
      for (const operation of [putPolicy, getPolicy, deletePolicy, listPolicies]) {
        await assert.rejects(fixture.call(operation, input, stranger), noHolder);
      }
    });
  });
}

test('changing an inline policy is asked about with the boundary of whom it changes', async () => {
  const fixture = await openHolders();
  const boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  for (const [noun, member] of [
    ['User', 'UserName'],
    ['Role', 'RoleName'],
  ] as const) {
    const contexts = () =>
      [`Put${noun}Policy` as const, `Delete${noun}Policy` as const].map((name) => {
        const input = { [member]: 'holder', PolicyName: 'p', PolicyDocument: allowing('s3:GetObject') };
        return fixture.questions(inlinePolicyOperations[name], input)[0]?.context;
      });
    assert.deepEqual(contexts(), [{}, {}]);
    await fixture.call(boundaryOperations[`Put${noun}PermissionsBoundary`], {
      [member]: 'holder',
      PermissionsBoundary: boundary,
    });
    assert.deepEqual(contexts(), [
      { 'iam:PermissionsBoundary': boundary },
      { 'iam:PermissionsBoundary': boundary },
    ]);
  }
});
