import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { couldNotFindOperation, fault } from '#wire/faults';
import { iamOperations, serviceModels, stsOperations } from '#wire/model';
import { encodeQueryFaultJson, encodeQueryFaultXml, encodeQueryJson, encodeQueryXml } from './index.ts';

const expiration = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const session = {
  PackedPolicySize: 6,
  Credentials: {
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'secret/+',
    SessionToken: 'token==',
    Expiration: expiration,
  },
  AssumedRoleUser: {
    AssumedRoleId: 'AROAEXAMPLE:alice',
    Arn: 'arn:aws:sts::111122223333:assumed-role/Demo/alice',
  },
  SourceIdentity: undefined,
};

describe('the XML of an answer', () => {
  test('has the layout of AWS, members in the order of the wire, what is undefined left out', () => {
    assert.equal(
      encodeQueryXml(stsOperations.AssumeRole, session, 'request-1'),
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROAEXAMPLE:alice</AssumedRoleId>
      <Arn>arn:aws:sts::111122223333:assumed-role/Demo/alice</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>
      <SecretAccessKey>secret/+</SecretAccessKey>
      <SessionToken>token==</SessionToken>
      <Expiration>2026-01-02T03:04:05Z</Expiration>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>request-1</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`,
    );
  });

  test('has no result element for an operation without output', () => {
    assert.equal(
      encodeQueryXml(iamOperations.DeleteUser, undefined, 'request-1'),
      `<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <ResponseMetadata>
    <RequestId>request-1</RequestId>
  </ResponseMetadata>
</DeleteUserResponse>
`,
    );
  });

  test('writes lists by member, empty lists, booleans, and dates with whole seconds', () => {
    const users = [
      { Path: '/', UserName: 'bob', UserId: 'AIDA', Arn: 'arn:u', CreateDate: expiration, Tags: [] },
    ];
    assert.match(
      encodeQueryXml(iamOperations.ListUsers, { Users: users, IsTruncated: false }, 'r'),
      new RegExp(
        [
          ' {2}<ListUsersResult>',
          ' {4}<Users>',
          ' {6}<member>',
          ' {8}<Path>/</Path>',
          ' {8}<UserName>bob</UserName>',
          ' {8}<UserId>AIDA</UserId>',
          ' {8}<Arn>arn:u</Arn>',
          ' {8}<CreateDate>2026-01-02T03:04:05Z</CreateDate>',
          ' {8}<Tags/>',
          ' {6}</member>',
          ' {4}</Users>',
          ' {4}<IsTruncated>false</IsTruncated>',
          ' {2}</ListUsersResult>',
        ].join('\n'),
      ),
    );
  });

  test('writes maps by entry', () => {
    assert.match(
      encodeQueryXml(iamOperations.GetAccountSummary, { SummaryMap: { Users: 3 } }, 'r'),
      / {4}<SummaryMap>\n {6}<entry>\n {8}<key>Users<\/key>\n {8}<value>3<\/value>\n {6}<\/entry>\n {4}<\/SummaryMap>\n/,
    );
  });

  test('writes the date of a web identity token with milliseconds', () => {
    const output = { WebIdentityToken: 'jwt', Expiration: expiration };
    assert.match(
      encodeQueryXml(stsOperations.GetWebIdentityToken, output, 'r'),
      /<Expiration>2026-01-02T03:04:05\.678Z<\/Expiration>/,
    );
  });

  test('writes blobs as base64', () => {
    const output = { Content: new Uint8Array([104, 105]) };
    assert.match(encodeQueryXml(iamOperations.GetCredentialReport, output, 'r'), /<Content>aGk=<\/Content>/);
  });

  test('escapes what would end an element', () => {
    const output = { Arn: '</Arn><Account>&"' };
    assert.match(
      encodeQueryXml(stsOperations.GetCallerIdentity, output, 'r'),
      /<Arn>&lt;\/Arn&gt;&lt;Account&gt;&amp;&quot;<\/Arn>/,
    );
  });
});

describe('the XML of a fault', () => {
  test('has the layout of AWS', () => {
    assert.equal(
      encodeQueryFaultXml(serviceModels.sts, fault('AccessDenied', 'a <b> & c'), 'request-1'),
      `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>AccessDenied</Code>
    <Message>a &lt;b&gt; &amp; c</Message>
  </Error>
  <RequestId>request-1</RequestId>
</ErrorResponse>
`,
    );
  });

  test('has no message element where the fault has no text', () => {
    assert.equal(
      encodeQueryFaultXml(serviceModels.iam, fault('MalformedInput'), 'request-1'),
      `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <Error>
    <Type>Sender</Type>
    <Code>MalformedInput</Code>
  </Error>
  <RequestId>request-1</RequestId>
</ErrorResponse>
`,
    );
  });

  test('has the namespace of the front end when no operation was found, and is the receiver’s when it is ours', () => {
    const missing = encodeQueryFaultXml(serviceModels.sts, couldNotFindOperation('X', '1'), 'r');
    assert.match(
      missing,
      /^<ErrorResponse xmlns="http:\/\/webservices\.amazon\.com\/AWSFault\/2005-15-09">\n/,
    );
    assert.match(
      encodeQueryFaultXml(serviceModels.sts, fault('InternalFailure'), 'r'),
      /<Type>Receiver<\/Type>\n {4}<Code>InternalFailure<\/Code>/,
    );
  });
});

describe('the JSON of an answer', () => {
  test('is the tree of the XML, dates as epoch seconds', () => {
    assert.deepEqual(JSON.parse(encodeQueryJson(stsOperations.AssumeRole, session, 'request-1')), {
      AssumeRoleResponse: {
        AssumeRoleResult: {
          AssumedRoleUser: session.AssumedRoleUser,
          Credentials: { ...session.Credentials, Expiration: 1767323045.678 },
          PackedPolicySize: 6,
        },
        ResponseMetadata: { RequestId: 'request-1' },
      },
    });
  });

  test('has only metadata for an operation without output', () => {
    assert.equal(
      encodeQueryJson(iamOperations.DeleteUser, undefined, 'request-1'),
      '{"DeleteUserResponse":{"ResponseMetadata":{"RequestId":"request-1"}}}',
    );
  });

  test('names the error, its side and the request', () => {
    assert.equal(
      encodeQueryFaultJson(serviceModels.sts, fault('ExpiredToken'), 'request-1'),
      '{"Error":{"Code":"ExpiredToken","Message":"The security token included in the request is expired","Type":"Sender"},"RequestId":"request-1"}',
    );
    assert.equal(
      encodeQueryFaultJson(serviceModels.sts, fault('MalformedInput'), 'r'),
      '{"Error":{"Code":"MalformedInput","Type":"Sender"},"RequestId":"r"}',
    );
  });
});
