import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from '#core/policy';
import { SessionTokenError } from '#core/session-token';
import { SigV4Error } from '#core/sigv4';
import { AuditLogError } from '#stores/audit-log';
import { IdentityStoreError } from '#stores/identity';
import { KeyringError } from '#stores/keyring';
import { fault } from '#wire/faults';
import { Denied } from './stages/authorize.ts';
import { toFault } from './to-fault.ts';

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const unknown = 'The request processing has failed because of an unknown error, exception or failure.';
const unavailable = 'The request has failed due to a temporary failure of the server.';

const cases: readonly (readonly [error: unknown, code: string, text: string])[] = [
  [fault('ValidationError', 'no'), 'ValidationError', 'no'],
  [new Denied(fault('AccessDenied', 'not you'), 'sealed'), 'AccessDenied', 'not you'],
  [new SigV4Error('MissingAuthenticationToken', 'none'), 'MissingAuthenticationToken', 'none'],
  [new SigV4Error('IncompleteSignature', 'half'), 'IncompleteSignature', 'half'],
  [new SigV4Error('SignatureDoesNotMatch', 'other'), 'SignatureDoesNotMatch', 'other'],
  [
    thrownBy(() => parsePolicy('{', 'session')),
    'MalformedPolicyDocument',
    'This policy contains invalid Json',
  ],
  [new SessionTokenError('PackedPolicyTooLarge', 'big'), 'PackedPolicyTooLarge', 'big'],
  [new SessionTokenError('TokenInvalid', 'which bit it was'), 'InternalFailure', unknown],
  [new AuditLogError(new Error('ENOSPC')), 'ServiceUnavailable', unavailable],
  [new IdentityStoreError(new Error('host and port')), 'ServiceUnavailable', unavailable],
  [new KeyringError('SecretUnreadable', 'which secret it was'), 'InternalFailure', unknown],
  [new TypeError('x is not a function'), 'InternalFailure', unknown],
  ['text', 'InternalFailure', unknown],
  [undefined, 'InternalFailure', unknown],
  [null, 'InternalFailure', unknown],
  [{ code: 'AccessDenied', message: 'a look-alike' }, 'InternalFailure', unknown],
];
for (const [error, code, text] of cases) {
  const name = error instanceof Error ? `${error.name} ${error.message}` : JSON.stringify(error);
  test(`${name} becomes ${code}`, () => {
    const told = toFault(error);
    assert.equal(told.code, code);
    assert.equal(told.text, text);
  });
}
