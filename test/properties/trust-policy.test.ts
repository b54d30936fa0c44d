import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { UniqueId } from '#core/identifiers';
import { describeTrust } from '../../src/services/iam/role/trust-policy.ts';
import { IdentityState } from '../../src/stores/identity/state.ts';

const gone = 'arn:aws:iam::111122223333:user/gone';
const goneRole = 'arn:aws:iam::111122223333:role/a/gone';
const trustedIds = { [gone]: 'AIDAGONE' as UniqueId, [goneRole]: 'AROAGONE' as UniqueId };
/** What stands in the policy, and what is to be shown for it. */
const shown: Readonly<Record<string, string>> = {
  [gone]: 'AIDAGONE',
  [goneRole]: 'AROAGONE',
  '111122223333': 'arn:aws:iam::111122223333:root',
  'arn:aws:iam::444455556666:root': 'arn:aws:iam::444455556666:root',
  '*': '*',
};

const principal = fc.constantFrom(...Object.keys(shown));
/** Text that looks like principals and JSON, where neither counts. */
const decoy = fc
  .array(fc.constantFrom('"', '\\', '\n', '\t', ' ', 'é', 'ÿ', '{', ']', ':', gone, '111122223333'))
  .map((parts) => parts.join(''));
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Principal: fc.oneof(
    fc.constant('*'),
    fc.record({
      Service: fc.constant(['ec2.amazonaws.com']),
      AWS: fc.oneof(principal, fc.array(principal, { minLength: 1, maxLength: 4 })),
    }),
  ),
  Action: fc.constant('sts:AssumeRole'),
  Condition: fc.record({ StringEquals: fc.record({ 'sts:ExternalId': fc.array(decoy, { minLength: 1 }) }) }),
});
interface Policy {
  readonly Id: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Principal:
      | string
      | { readonly Service: readonly string[]; readonly AWS: string | readonly string[] };
    readonly Action: string;
    readonly Condition: object;
  }[];
}
const policy: fc.Arbitrary<Policy> = fc.record({
  Id: decoy,
  Statement: fc.array(statement, { minLength: 1, maxLength: 4 }),
});

/** The same policy with each principal as it is to be shown. */
function rewritten({ Statement, ...rest }: Policy): unknown {
  const show = (value: string): string => shown[value] ?? value;
  return {
    ...rest,
    Statement: Statement.map((one) => ({
      ...one,
      Principal:
        typeof one.Principal === 'string'
          ? one.Principal
          : {
              ...one.Principal,
              AWS:
                typeof one.Principal.AWS === 'string' ? show(one.Principal.AWS) : one.Principal.AWS.map(show),
            },
    })),
  };
}

/** Writes JSON with white space of every kind around its parts, and some characters as escapes. */
function write(value: unknown, indent: string, lineBreak: string): string {
  return JSON.stringify(value, null, indent).replaceAll('\n', lineBreak).replaceAll('é', '\\u00e9');
}

test('a trust policy is shown with its principals of now and otherwise as it was written', () => {
  const state = new IdentityState();
  const space = fc.constantFrom('', ' ', '\t', ' \t ');
  const lineBreak = fc.constantFrom('\n', '\r\n', '\n\n', '\r', ' ');
  fc.assert(
    fc.property(policy, space, lineBreak, (written, indent, ending) => {
      const trustPolicy = write(written, indent, ending);
      const text = decodeURIComponent(describeTrust(state, { trustPolicy, trustedIds }));
      assert.equal(text, write(rewritten(written), indent, ending));
    }),
  );
});
