import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PrincipalForm } from './document.ts';
import { compilePrincipal, matchPrincipal, type Reach } from './principal.ts';
import type { PrincipalFacts } from './request.ts';

const account = '111111111111';
const userArn = 'arn:aws:iam::111111111111:user/alice';
const userId = 'AIDAALICEALICEALICEA';
const roleArn = 'arn:aws:iam::111111111111:role/jobs/worker';
const roleId = 'AROAWORKERWORKERWORK';
const sessionArn = 'arn:aws:sts::111111111111:assumed-role/worker/one';
const federatedArn = 'arn:aws:sts::111111111111:federated-user/fred';
const provider = 'arn:aws:iam::111111111111:oidc-provider/id.example.com';
const position = { line: 1, column: 1 };

const principals = {
  user: { type: 'user', account, arn: userArn, id: userId },
  session: { type: 'role-session', account, arn: sessionArn, roleArn, id: roleId, sessionName: 'one' },
  fred: {
    type: 'federated-user',
    account,
    arn: federatedArn,
    issuer: { type: 'user', arn: userArn, id: userId },
  },
  root: { type: 'root', account, arn: 'arn:aws:iam::111111111111:root', id: account },
  ec2: { type: 'service', service: 'ec2.amazonaws.com' },
  oidc: { type: 'federated', provider },
  anonymous: { type: 'anonymous' },
} as const satisfies Record<string, PrincipalFacts>;
type Name = keyof typeof principals;
const names = Object.keys(principals) as readonly Name[];

interface Options {
  readonly negated?: boolean;
  readonly denies?: boolean;
  readonly ids?: ReadonlyMap<string, string>;
}

function compile(mentions: readonly (readonly [PrincipalForm, string])[], options: Options = {}) {
  const { negated = false, denies = false, ids } = options;
  const values = mentions.map(([form, value]) => ({ form, value, position }));
  return compilePrincipal({ negated, values, position }, denies, ids);
}

/** Mentions, and whom each reaches how; everybody else not at all. */
const reaches: readonly (readonly [PrincipalForm, string, Partial<Record<Name, Reach>>])[] = [
  ['AWS', '*', { user: 'direct', session: 'direct', fred: 'direct', root: 'direct', anonymous: 'direct' }],
  ['AWS', account, { user: 'account', session: 'account', fred: 'account', root: 'account' }],
  [
    'AWS',
    'arn:aws:iam::111111111111:root',
    { user: 'account', session: 'account', fred: 'account', root: 'account' },
  ],
  ['AWS', '222222222222', {}],
  ['AWS', userArn, { user: 'direct', fred: 'limited' }],
  ['AWS', userId, { user: 'direct', fred: 'limited' }],
  ['AWS', roleArn, { session: 'limited' }],
  ['AWS', roleId, { session: 'limited' }],
  ['AWS', sessionArn, { session: 'direct' }],
  ['AWS', 'arn:aws:sts::111111111111:assumed-role/worker/two', {}],
  ['AWS', federatedArn, { fred: 'direct' }],
  ['AWS', '111111111111x', {}],
  ['AWS', 'x111111111111', {}],
  ['AWS', 'arn:aws:iam::111111111111:rooted', {}],
  ['AWS', 'arn:aws:iam::111111111111:role/arn:aws:iam::111111111111:root', {}],
  ['Service', 'ec2.amazonaws.com', { ec2: 'direct' }],
  ['Service', 'lambda.amazonaws.com', {}],
  ['Federated', '*', { oidc: 'direct' }],
  ['Federated', provider, { oidc: 'direct' }],
  ['Federated', 'accounts.google.com', {}],
  ['CanonicalUser', '0123456789abcdef'.repeat(4), {}],
  ['CanonicalUser', userId, {}],
];

for (const [form, value, reached] of reaches) {
  test(`${form} ${value} reaches whom it names, and NotPrincipal in an Allow everybody else`, () => {
    const plain = compile([[form, value]]);
    const negated = compile([[form, value]], { negated: true });
    for (const name of names) {
      const reach = reached[name] ?? 'none';
      assert.equal(matchPrincipal(plain, principals[name]), reach, name);
      assert.equal(
        matchPrincipal(negated, principals[name]),
        reach === 'none' ? 'direct' : 'none',
        `not ${name}`,
      );
    }
  });
}

test('of several mentions the strongest counts, and none of none', () => {
  for (const mentions of [
    ['222222222222', account, roleArn, sessionArn],
    [sessionArn, roleArn, account, '222222222222'],
  ])
    assert.equal(
      matchPrincipal(compile(mentions.map((value) => ['AWS', value] as const)), principals.session),
      'direct',
    );
  assert.equal(matchPrincipal(compile([]), principals.user), 'none');
});

describe('NotPrincipal in a Deny spares only whom it lists in every part:', () => {
  const issuer = userArn;
  const complete: readonly (readonly [Name, readonly string[]])[] = [
    ['user', [account, userArn]],
    ['session', [account, roleArn, sessionArn]],
    ['fred', [account, issuer, federatedArn]],
    ['root', [account]],
  ];
  for (const [name, parts] of complete) {
    test(name, () => {
      const reach = (values: readonly string[]): Reach =>
        matchPrincipal(
          compile(
            values.map((value) => ['AWS', value] as const),
            { negated: true, denies: true },
          ),
          principals[name],
        );
      assert.equal(reach(parts), 'none');
      for (const missing of parts)
        assert.equal(reach(parts.filter((part) => part !== missing)), 'direct', `without ${missing}`);
    });
  }
});

describe('with unique ids', () => {
  const ids = new Map([
    [userArn, userId],
    [roleArn, roleId],
    [sessionArn, roleId],
  ]);
  const reach = (value: string, principal: PrincipalFacts, known: ReadonlyMap<string, string> = ids) =>
    matchPrincipal(compile([['AWS', value]], { ids: known }), principal);

  test('an ARN names whoever has its id, and nobody without one', () => {
    assert.equal(reach(userArn, principals.user), 'direct');
    assert.equal(reach(userArn, { ...principals.user, id: 'AIDANEWALICENEWALICE' }), 'none');
    assert.equal(reach(roleArn, principals.session), 'limited');
    assert.equal(reach(sessionArn, principals.session), 'direct');
    assert.equal(reach(sessionArn, { ...principals.session, id: 'AROANEWWORKERNEWWORK' }), 'none');
    assert.equal(reach(userArn, principals.user, new Map()), 'none');
    assert.equal(reach(account, principals.user), 'account');
  });

  test('an ARN without one names nobody', () => {
    const { matchers } = compile([['AWS', userArn]], { ids: new Map() });
    for (const name of names) assert.equal(matchers[0]?.(principals[name]), 'none', name);
  });

  test('federated users have none, and are named by their ARN', () => {
    assert.equal(reach(federatedArn, principals.fred), 'direct');
    assert.equal(reach(federatedArn, principals.fred, new Map([[federatedArn, 'other']])), 'direct');
  });

  test('the path of a role may not pass for a federated user or a session', () => {
    const sly = 'arn:aws:iam::111111111111:role/arn:aws:sts::111111111111:federated-user/x';
    const session = { ...principals.session, roleArn: sly };
    assert.equal(reach(sly, session), 'none');
    assert.equal(matchPrincipal(compile([['AWS', sly]]), session), 'limited');
    assert.equal(
      matchPrincipal(compile([['AWS', sessionArn]]), { ...principals.user, arn: sessionArn }),
      'none',
    );
  });
});
