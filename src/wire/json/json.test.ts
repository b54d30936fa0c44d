import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fault } from '#wire/faults';
import { organizationsOperations, serviceModels } from '#wire/model';
import { decodeJson, encodeJson, encodeJsonFault } from './index.ts';

const { CreateAccount, DescribeOrganization, LeaveOrganization, ListAccounts } = organizationsOperations;

describe('AWS JSON', () => {
  test('decodes an input and ignores what the operation does not know', () => {
    const body = Buffer.from('{"Email":"a@example.com","AccountName":"dev","Other":{}}');
    assert.deepEqual(decodeJson(CreateAccount, body), { Email: 'a@example.com', AccountName: 'dev' });
  });

  test('decodes nothing for an operation without input, whatever the object holds', () => {
    assert.deepEqual(decodeJson(DescribeOrganization, Buffer.from('{"a":1}')), {});
    assert.deepEqual(decodeJson(DescribeOrganization, Buffer.from('')), {});
  });

  test('refuses a value of the wrong type without repeating it', () => {
    assert.throws(() => decodeJson(CreateAccount, Buffer.from('{"Email":["secret"]}')), {
      code: 'SerializationException',
      message: 'Email must be a string.',
    });
  });

  test('encodes an output, dates as epoch seconds', () => {
    const output = { Accounts: [{ Id: '111122223333', JoinedTimestamp: 1767323045000 }] };
    assert.equal(
      encodeJson(ListAccounts, output),
      '{"Accounts":[{"Id":"111122223333","JoinedTimestamp":1767323045}]}',
    );
  });

  test('encodes nothing for an operation without output', () => {
    assert.equal(encodeJson(LeaveOrganization, undefined), '');
  });

  test('encodes a modelled fault with its members', () => {
    const invalid = fault('InvalidInputException', 'No.', { Reason: 'INVALID_PATTERN' });
    assert.equal(
      encodeJsonFault(serviceModels.organizations, invalid),
      '{"__type":"InvalidInputException","Message":"No.","Reason":"INVALID_PATTERN"}',
    );
  });

  test('encodes a common fault in the JSON spelling', () => {
    assert.equal(
      encodeJsonFault(serviceModels.organizations, fault('InvalidClientTokenId')),
      '{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}',
    );
  });

  test('leaves the code of a REST-JSON fault to the header', () => {
    assert.equal(encodeJsonFault(serviceModels.account, fault('AccessDenied', 'No.')), '{"message":"No."}');
  });
});
