import assert from 'node:assert/strict';
import { test } from 'node:test';
import { denialMessage } from './denial-message.ts';
import type { Decision } from './evaluate.ts';

const denial = {
  callerArn: 'arn:aws:iam::111111111111:user/alice',
  action: 'iam:GetUser',
  resource: '*',
};

test('no policy is blamed for what policies allow, nor for what they do not decide', () => {
  const decisions: readonly Decision[] = [
    { allowed: true, effect: 'allow', decidedBy: 'identity' },
    { allowed: true, effect: 'allow', decidedBy: 'root' },
    { allowed: false, effect: 'implicit-deny', decidedBy: 'root' },
  ];
  for (const decision of decisions)
    assert.equal(
      denialMessage({ ...denial, decision }),
      'User: arn:aws:iam::111111111111:user/alice is not authorized to perform: iam:GetUser',
    );
});
