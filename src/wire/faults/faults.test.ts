import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serviceModels } from '#wire/model';
import {
  answerOf,
  couldNotFindOperation,
  deleteConflict,
  entityAlreadyExists,
  fault,
  limitExceeded,
  noSuchEntity,
  noSuchPolicyVersion,
  unsupportedOperation,
} from './index.ts';

const { sts, iam, organizations, account } = serviceModels;

describe('a fault', () => {
  test('has the usual text of its code when it is given none', () => {
    assert.equal(fault('ExpiredToken').text, 'The security token included in the request is expired');
    assert.equal(fault('Throttling').message, 'Rate exceeded');
  });

  test('has no text where AWS sends none', () => {
    assert.equal(fault('MalformedInput').text, undefined);
    assert.equal(fault('MalformedInput').message, '');
  });

  test('keeps the text it is given', () => {
    assert.equal(fault('AccessDenied', 'no').text, 'no');
  });
});

describe('the answer of a query service', () => {
  const statuses = [
    ['AccessDenied', 403],
    ['ExpiredToken', 403],
    ['IncompleteSignature', 400],
    ['InternalFailure', 500],
    ['InvalidAction', 400],
    ['InvalidClientTokenId', 403],
    ['MalformedInput', 400],
    ['MissingAuthenticationToken', 403],
    ['ServiceUnavailable', 503],
    ['SignatureDoesNotMatch', 403],
    ['Throttling', 400],
    ['ValidationError', 400],
    ['RegionDisabledException', 403],
    ['ExpiredTokenException', 400],
    ['PackedPolicyTooLarge', 400],
    ['IDPRejectedClaim', 403],
  ] as const;
  for (const [code, status] of statuses) {
    test(`${code} is ${status}`, () => {
      const answer = answerOf(fault(code), sts);
      assert.equal(answer.code, code);
      assert.equal(answer.status, status);
      assert.equal(answer.side, status < 500 ? 'Sender' : 'Receiver');
    });
  }

  test('has the statuses of IAM from its model', () => {
    assert.equal(answerOf(fault('NoSuchEntity'), iam).status, 404);
    assert.equal(answerOf(fault('DeleteConflict'), iam).status, 409);
    assert.equal(answerOf(fault('ReportNotPresent'), iam).status, 410);
    assert.equal(answerOf(fault('ServiceFailure'), iam).side, 'Receiver');
  });

  test('ends the sentence about an invalid token with a full stop on STS and without one on IAM', () => {
    const invalid = fault('InvalidClientTokenId');
    assert.equal(answerOf(invalid, sts).text, 'The security token included in the request is invalid.');
    assert.equal(answerOf(invalid, iam).text, 'The security token included in the request is invalid');
  });

  test('speaks in the name of the front end when no operation was found', () => {
    assert.equal(
      answerOf(couldNotFindOperation('X', '1'), sts).xmlNamespace,
      'http://webservices.amazon.com/AWSFault/2005-15-09',
    );
    assert.equal(
      answerOf(fault('AccessDenied'), sts).xmlNamespace,
      'https://sts.amazonaws.com/doc/2011-06-15/',
    );
  });
});

describe('the answer of a JSON service', () => {
  test('spells the common codes in the JSON way, always 400 in AWS JSON', () => {
    const spellings = [
      ['AccessDenied', 'AccessDeniedException'],
      ['ExpiredToken', 'ExpiredTokenException'],
      ['InvalidClientTokenId', 'UnrecognizedClientException'],
      ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
      ['SignatureDoesNotMatch', 'InvalidSignatureException'],
      ['Throttling', 'ThrottlingException'],
      ['ValidationError', 'ValidationException'],
    ] as const;
    for (const [query, json] of spellings) {
      assert.equal(answerOf(fault(query), organizations).code, json);
      assert.equal(answerOf(fault(query), organizations).status, 400);
    }
  });

  test('keeps the status of a service failure', () => {
    assert.equal(answerOf(fault('InternalFailure'), organizations).status, 500);
    assert.equal(answerOf(fault('ServiceUnavailable'), organizations).status, 503);
  });

  test('keeps 403 in REST-JSON, by model and by the common list', () => {
    assert.equal(answerOf(fault('AccessDenied'), account).status, 403);
    assert.equal(answerOf(fault('SignatureDoesNotMatch'), account).status, 403);
    assert.equal(answerOf(fault('TooManyRequestsException'), account).status, 429);
  });

  test('names the text as the model does', () => {
    assert.equal(answerOf(fault('AccessDenied'), organizations).textMember, 'Message');
    assert.equal(answerOf(fault('SignatureDoesNotMatch'), organizations).textMember, 'message');
    assert.equal(answerOf(fault('AccessDenied'), account).textMember, 'message');
  });
});

describe('the sentences', () => {
  const cases = [
    [
      couldNotFindOperation('Nope', '2011-06-15'),
      'InvalidAction',
      'Could not find operation Nope for version 2011-06-15',
    ],
    [
      couldNotFindOperation('', undefined),
      'InvalidAction',
      'Could not find operation  for version NO_VERSION_SPECIFIED',
    ],
    [
      unsupportedOperation(iam, 'CreateServiceLinkedRole'),
      'UnsupportedOperation',
      'Brevet does not support iam:CreateServiceLinkedRole. docs/coverage.md lists what it does.',
    ],
    [noSuchEntity('user', 'bob'), 'NoSuchEntity', 'The user with name bob cannot be found.'],
    [
      noSuchEntity('attachable policy', 'arn:x'),
      'NoSuchEntity',
      'Policy arn:x does not exist or is not attachable.',
    ],
    [noSuchEntity('login profile', 'bob'), 'NoSuchEntity', 'Login Profile for User bob cannot be found.'],
    [
      noSuchEntity('MFA device', 'arn:m'),
      'NoSuchEntity',
      'MFA Device with serial number arn:m does not exist.',
    ],
    [
      noSuchPolicyVersion('arn:p', 'v9'),
      'NoSuchEntity',
      'Policy arn:p version v9 does not exist or is not attachable.',
    ],
    [entityAlreadyExists('user', 'bob'), 'EntityAlreadyExists', 'User with name bob already exists.'],
    [
      entityAlreadyExists('policy', 'p'),
      'EntityAlreadyExists',
      'A policy called p already exists. Duplicate names are not allowed.',
    ],
    [entityAlreadyExists('MFA device in use', ''), 'EntityAlreadyExists', 'MFA Device is already in use.'],
    [
      deleteConflict('attached policies'),
      'DeleteConflict',
      'Cannot delete entity, must detach all policies first.',
    ],
    [limitExceeded('AccessKeysPerUser', 2), 'LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2'],
  ] as const;
  for (const [given, code, text] of cases) {
    test(text, () => {
      assert.equal(given.code, code);
      assert.equal(given.text, text);
    });
  }
});
