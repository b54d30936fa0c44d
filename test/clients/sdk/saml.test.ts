import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  DeleteSAMLProviderCommand,
  GetSAMLProviderCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  UpdateSAMLProviderCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { type SamlFederation, startSamlFederation } from '../../saml-fixture.ts';
import { createSamlIssuer, persistent, samlAttributes, signInUrl } from '../../saml-issuer.ts';
import { credentialsOf } from '../../started-service.ts';

const refused = { name: 'AccessDenied', message: 'Not authorized to perform sts:AssumeRoleWithSAML' };
const invalid = (message: string) => ({ name: 'InvalidIdentityTokenException', message });
const unusable = (why: string) => invalid(`The SAML response cannot be used: ${why}.`);

let federation: SamlFederation;
before(async () => {
  federation = await startSamlFederation();
});
after(() => federation.stop());

const tag = (key: string): string => `${samlAttributes}/PrincipalTag:${key}`;

describe('AssumeRoleWithSAML', () => {
  test('gives credentials of the role for a signed response, and says whose', async () => {
    const { service, issuer } = federation;
    for (const what of [['Assertion'], ['Response'], ['Assertion', 'Response']] as const) {
      const answer = await federation.assume(federation.signed({}, ...what));
      const { Credentials, AssumedRoleUser, $metadata, ...rest } = answer;
      assert.deepEqual(rest, {
        Subject: 'alice',
        SubjectType: 'persistent',
        Issuer: issuer.entityId,
        Audience: signInUrl,
        NameQualifier: createHash('sha1')
          .update(`${issuer.entityId}${service.accountId}/idp`)
          .digest('base64'),
      });
      assert.match(AssumedRoleUser?.AssumedRoleId ?? '', /^AROA[A-Z2-7]{17}:alice@example\.com$/);
      const arn = `arn:aws:sts::${service.accountId}:assumed-role/person/alice@example.com`;
      assert.equal(AssumedRoleUser?.Arn, arn);
      const sts = service.sts(credentialsOf({ Credentials }));
      assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, arn);
    }
  });

  test('takes every Recipient and audience of AWS’s sign-in endpoint, and of its own', async () => {
    const { endpoint } = federation.service;
    for (const [recipient, audience] of [
      ['https://signin.aws.amazon.com/static/saml', 'https://signin.aws.amazon.com/saml#2'],
      ['https://eu-west-1.signin.aws.amazon.com/saml', 'https://us-gov-east-1.signin.aws.amazon.com/saml'],
      [`${endpoint}/saml`, `${endpoint}/saml`],
    ] as const) {
      const answer = await federation.assume(federation.signed({ recipient, audience }));
      assert.equal(answer.Audience, recipient);
    }
  });

  test('an emailAddress format is told whole', async () => {
    const nameIdFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
    const answer = await federation.assume(federation.signed({ nameIdFormat }));
    assert.equal(answer.SubjectType, nameIdFormat);
  });

  test('refuses a role that is not there, not offered, not trusting or not the provider’s account’s alike', async () => {
    const { service, providerArn, roleArn } = federation;
    const none = `${roleArn}-none`;
    await assert.rejects(federation.assume(federation.signed({ role: none }), { RoleArn: none }), refused);
    await assert.rejects(federation.assume(federation.signed({ role: none })), refused);
    await assert.rejects(federation.assume(federation.signed({ roles: [] })), refused);
    const foreign = await federation.addRole('foreign', {
      provider: 'arn:aws:iam::999988887777:saml-provider/idp',
    });
    await assert.rejects(
      federation.assume(federation.signed({ role: foreign }), { RoleArn: foreign }),
      refused,
    );
    const elsewhere = roleArn.replace(service.accountId, '999988887777');
    await assert.rejects(
      federation.assume(federation.signed({ role: elsewhere }), { RoleArn: elsewhere }),
      refused,
    );
    const reserved = await federation.addRole('AWSReservedSSO_Admin');
    await assert.rejects(
      federation.assume(federation.signed({ role: reserved }), { RoleArn: reserved }),
      refused,
    );
    await assert.rejects(
      federation.assume(federation.signed({ roles: [`${roleArn},${providerArn}-2`] })),
      refused,
    );
  });

  test('takes role and provider in either order, and refuses a Role that is no such pair', async () => {
    const { providerArn, roleArn } = federation;
    await federation.assume(federation.signed({ roles: [`${providerArn}, ${roleArn}`] }));
    for (const role of [roleArn, `${roleArn},${roleArn}`, `${roleArn},${providerArn},${roleArn}`, '']) {
      await assert.rejects(
        federation.assume(federation.signed({ roles: [role] })),
        invalid(
          `The attribute ${samlAttributes}/Role must hold the ARN of a role and that of a provider, with a comma between.`,
        ),
      );
    }
  });

  test('refuses a response without the name of anybody', async () => {
    await assert.rejects(federation.assume(federation.signed({ nameId: undefined })), refused);
    await assert.rejects(federation.assume(federation.signed({ nameId: '' })), refused);
  });

  test('needs a session name as AWS wants it', async () => {
    const required = invalid('RoleSessionName is required in AuthnResponse');
    const shaped = invalid('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}');
    await assert.rejects(federation.assume(federation.signed({ sessionName: undefined })), required);
    const twice = { [`${samlAttributes}/RoleSessionName`]: ['alice', 'bob'] };
    await assert.rejects(federation.assume(federation.signed({ attributes: twice })), required);
    for (const sessionName of ['a', 'a b', 'é'.repeat(3), 'a'.repeat(65), '']) {
      await assert.rejects(federation.assume(federation.signed({ sessionName })), shaped);
    }
  });

  test('refuses a provider that is not there and ARNs that are none', async () => {
    const { providerArn } = federation;
    await assert.rejects(
      federation.assume(federation.signed(), { PrincipalArn: `${providerArn}-none` }),
      invalid("Specified provider doesn't exist"),
    );
    for (const member of ['RoleArn', 'PrincipalArn']) {
      await assert.rejects(
        federation.assume(federation.signed(), { [member]: 'no ARN of anything at all' }),
        {
          name: 'ValidationError',
          message: 'no ARN of anything at all is invalid',
        },
      );
    }
  });

  test('refuses what is no base64, no XML, no Response or not signed', async () => {
    const redeem = (SAMLAssertion: string) => federation.assume('', { SAMLAssertion });
    for (const text of ['!!!!', 'AAAAA', 'QUJDRA', 'QUJD=QUJD']) {
      await assert.rejects(redeem(text), invalid('Invalid base64 SAMLResponse'), text);
    }
    await assert.rejects(redeem('QUJD'), unusable('it has text outside the root element'));
    await assert.rejects(redeem('/////w=='), unusable('it is not UTF-8'));
    await assert.rejects(redeem('PGEvPg=='), unusable('it is no Response'));
    await assert.rejects(federation.assume(federation.response()), invalid('Response signature invalid'));
    await assert.rejects(redeem('A'.repeat(100_001)), { name: 'ValidationError' });
    // Lines of 76 characters, as MIME has them.
    const wrapped = Buffer.from(federation.signed()).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    assert.ok((await redeem(wrapped)).Credentials);
  });

  test('refuses a signature of another key, and one that was changed', async () => {
    const bad = invalid('Response signature invalid');
    const other = createSamlIssuer();
    await assert.rejects(federation.assume(other.sign(federation.response(), 'Assertion')), bad);
    const xml = federation.signed();
    await assert.rejects(federation.assume(xml.replace('>alice<', '>bob<')), bad);
    await assert.rejects(federation.assume(xml.replace(/(<SignatureValue>)(.{4})(.{4})/, '$1$3$2')), bad);
  });

  test('takes a response for five minutes, by its own clock', async () => {
    const { service } = federation;
    const old = {
      name: 'ExpiredTokenException',
      message: 'Token must be redeemed within 5 minutes of issuance',
    };
    service.stoppedAt = Date.now();
    try {
      const now = service.now();
      const longer = (text: string): string =>
        text.replaceAll(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="2099-01-01T00:00:00Z"');
      await federation.assume(federation.signed({ now: now - 300_000, edit: longer }));
      await assert.rejects(federation.assume(federation.signed({ now: now - 300_001, edit: longer })), old);
      await federation.assume(federation.signed({ now: now + 300_000 }));
      await assert.rejects(
        federation.assume(federation.signed({ now: now + 300_001 })),
        unusable('it is not valid yet'),
      );
    } finally {
      service.stoppedAt = undefined;
    }
  });

  test('lasts as long as asked for, no longer than the role, the assertion and the session at the provider allow', async () => {
    const { service } = federation;
    const seconds = async (options: object, DurationSeconds?: number): Promise<number> => {
      const answer = await federation.assume(
        federation.signed(options),
        DurationSeconds === undefined ? {} : { DurationSeconds },
      );
      return (
        ((answer.Credentials?.Expiration?.getTime() ?? 0) - Math.floor(service.now() / 1000) * 1000) / 1000
      );
    };
    const duration = (value: string): object => ({
      attributes: { [`${samlAttributes}/SessionDuration`]: [value] },
    });
    service.stoppedAt = Date.now();
    try {
      assert.equal(await seconds({}), 3600);
      assert.equal(await seconds({}, 900), 900);
      assert.equal(await seconds(duration('1000')), 1000);
      assert.equal(await seconds(duration('43200'), 900), 900);
      assert.equal(await seconds({ sessionNotOnOrAfter: service.now() + 600_000 }), 600);
      await assert.rejects(federation.assume(federation.signed({ sessionNotOnOrAfter: service.now() })), {
        name: 'ExpiredTokenException',
        message: /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
      });
    } finally {
      service.stoppedAt = undefined;
    }
    await assert.rejects(federation.assume(federation.signed(), { DurationSeconds: 3601 }), {
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    for (const value of ['899', '43201', '1e3', '']) {
      await assert.rejects(
        federation.assume(federation.signed(duration(value))),
        invalid(`The attribute ${samlAttributes}/SessionDuration must be a number from 900 to 43200.`),
      );
    }
  });

  test('carries tags and a source identity when the trust policy allows them, and gives nothing when it does not', async () => {
    const { service, providerArn } = federation;
    const tags = { [tag('Team')]: ['blue'], [`${samlAttributes}/TransitiveTagKeys`]: ['Team'] };
    const source = { [`${samlAttributes}/SourceIdentity`]: ['ada'] };
    await assert.rejects(federation.assume(federation.signed({ attributes: tags })), refused);
    await assert.rejects(federation.assume(federation.signed({ attributes: source })), refused);
    const role = await federation.addRole('tagged', {
      actions: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
      condition: {
        StringEquals: {
          'aws:RequestTag/Team': 'blue',
          'sts:SourceIdentity': 'ada',
          'sts:RoleSessionName': 'alice@example.com',
          'saml:aud': signInUrl,
          'saml:sub': 'alice',
          'saml:sub_type': 'persistent',
          'saml:doc': `${service.accountId}/idp`,
        },
        'ForAnyValue:StringEquals': { 'saml:edupersonaffiliation': ['staff'] },
        'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': ['Team'] },
      },
    });
    const attributes = { ...tags, ...source, 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1': ['student', 'staff'] };
    const answer = await federation.assume(federation.signed({ role, attributes }), { RoleArn: role });
    assert.equal(answer.SourceIdentity, 'ada');
    assert.ok((answer.PackedPolicySize ?? 0) > 0);
    await service.iam(service.root).send(
      new PutRolePolicyCommand({
        RoleName: 'tagged',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['iam:ListUsers', 'sts:AssumeRole'],
              Resource: '*',
              Condition: {
                StringEquals: {
                  'aws:PrincipalTag/Team': 'blue',
                  'aws:SourceIdentity': 'ada',
                  'aws:FederatedProvider': providerArn,
                  'saml:sub': 'alice',
                  'saml:sub_type': 'persistent',
                  'saml:namequalifier': answer.NameQualifier,
                },
                Null: {
                  'saml:aud': 'true',
                  'saml:iss': 'true',
                  'saml:doc': 'true',
                  'saml:edupersonaffiliation': 'true',
                },
              },
            },
          ],
        }),
      }),
    );
    const session = credentialsOf(answer);
    assert.ok((await service.iam(session).send(new ListUsersCommand({}))).Users);
    await assert.rejects(
      service
        .sts(session)
        .send(new AssumeRoleCommand({ RoleArn: federation.roleArn, RoleSessionName: 'next' })),
      {
        name: 'AccessDenied',
        message: `User: arn:aws:sts::${service.accountId}:assumed-role/tagged/alice@example.com is not authorized to perform: sts:AssumeRole on resource: ${federation.roleArn}`,
      },
    );
    for (const [key, value] of [
      ['saml:edupersonaffiliation', { 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1': ['student'] }],
      ['sts:SourceIdentity', { [`${samlAttributes}/SourceIdentity`]: ['eve'] }],
      ['aws:RequestTag', { [tag('Team')]: ['red'] }],
    ] as const) {
      const changed = federation.signed({ role, attributes: { ...attributes, ...value } });
      await assert.rejects(federation.assume(changed, { RoleArn: role }), refused, key);
    }
  });

  test('refuses tags and source identities that are none', async () => {
    const { roleArn } = federation;
    const redeem = (attributes: Readonly<Record<string, readonly string[]>>) =>
      federation.assume(federation.signed({ role: roleArn, attributes }));
    const badTag = invalid(
      `The attribute ${samlAttributes}/PrincipalTag has a tag that is too long or has characters that tags cannot have.`,
    );
    await assert.rejects(redeem({ [tag('a'.repeat(129))]: ['b'] }), badTag);
    await assert.rejects(redeem({ [tag('a')]: ['*'] }), badTag);
    await assert.rejects(redeem({ [tag('')]: ['b'] }), badTag);
    for (const name of [tag('a'), `${samlAttributes}/SourceIdentity`, `${samlAttributes}/SessionDuration`]) {
      await assert.rejects(
        redeem({ [name]: ['900', '901'] }),
        invalid(`The attribute ${name} must have one value.`),
      );
    }
    await assert.rejects(redeem({ [tag('a')]: ['1'], [tag('A')]: ['2'] }), {
      name: 'InvalidParameterValue',
      message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    });
    await assert.rejects(redeem({ [`${samlAttributes}/TransitiveTagKeys`]: ['a'] }), {
      name: 'InvalidParameterValue',
      message: 'The specified transitive tag key must be included in the requested tags.',
    });
    for (const value of ['a', 'a b', 'aws:x']) {
      await assert.rejects(
        redeem({ [`${samlAttributes}/SourceIdentity`]: [value] }),
        invalid('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'),
      );
    }
  });

  test('is limited by a session policy, and refuses one that is none', async () => {
    const { service } = federation;
    await assert.rejects(federation.assume(federation.signed(), { Policy: '{' }), {
      name: 'MalformedPolicyDocumentException',
    });
    const arn = `arn:aws:iam::${service.accountId}:policy/none`;
    await assert.rejects(federation.assume(federation.signed(), { PolicyArns: [{ arn }] }), {
      name: 'MalformedPolicyDocumentException',
      message: `Policy ${arn} does not exist or is not attachable.`,
    });
  });

  test('is recorded under the name of whom the assertion speaks of, and the assertion is not', async () => {
    const { service, issuer, providerArn, roleArn } = federation;
    const xml = federation.signed({ assertionId: '_recorded' });
    await federation.assume(xml);
    await assert.rejects(
      federation.assume(federation.signed({ nameId: 'mallory', role: `${roleArn}-none` }), {
        RoleArn: `${roleArn}-none`,
      }),
      refused,
    );
    await assert.rejects(
      federation.assume(federation.signed({ assertionId: '_not-offered', role: `${roleArn}-none` })),
      refused,
    );
    await service.sts(service.root).send(new GetSessionTokenCommand({}));
    const directory = join(service.dataDirectory, 'audit');
    const texts = await Promise.all(
      (await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')),
    );
    assert.ok(!texts.join('').includes(Buffer.from(xml).toString('base64').slice(0, 200)));
    const records = texts
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.includes('"eventName":"AssumeRoleWithSAML"'))
      .map((line) => JSON.parse(line));
    const done = records.find(
      ({ phase, requestParameters }) =>
        phase === 'outcome' && requestParameters?.sAMLAssertionID === '_recorded',
    );
    const qualifier = createHash('sha1')
      .update(`${issuer.entityId}${service.accountId}/idp`)
      .digest('base64');
    assert.deepEqual(done.userIdentity, {
      type: 'SAMLUser',
      principalId: `${qualifier}:alice`,
      userName: 'alice',
      identityProvider: qualifier,
    });
    assert.equal(done.readOnly, true);
    assert.deepEqual(done.requestParameters, {
      roleArn,
      principalArn: providerArn,
      sAMLAssertionID: '_recorded',
      roleSessionName: 'alice@example.com',
    });
    assert.deepEqual(done.resources, [
      { accountId: service.accountId, type: 'AWS::IAM::Role', ARN: roleArn },
      { accountId: service.accountId, type: 'AWS::IAM::SAMLProvider', ARN: providerArn },
    ]);
    assert.equal(done.responseElements.subject, 'alice');
    assert.equal(done.responseElements.nameQualifier, qualifier);
    assert.equal(done.recipientAccountId, service.accountId);
    const denied = records.find(({ userIdentity }) => userIdentity.userName === 'mallory');
    assert.equal(denied.errorCode, 'AccessDenied');
    assert.equal(denied.errorMessage, refused.message);
    const notOffered = records.find(
      ({ requestParameters }) => requestParameters?.sAMLAssertionID === '_not-offered',
    );
    assert.equal(notOffered.errorCode, 'AccessDenied');
    assert.equal(notOffered.userIdentity.userName, 'alice');
  });
});

test('a private key is in no record and no answer', async () => {
  const { service, providerArn, issuer } = federation;
  const iam = service.iam(service.root);
  await iam.send(
    new UpdateSAMLProviderCommand({ SAMLProviderArn: providerArn, AddPrivateKey: issuer.privateKey }),
  );
  const answer = JSON.stringify(await iam.send(new GetSAMLProviderCommand({ SAMLProviderArn: providerArn })));
  await service.sts(service.root).send(new GetSessionTokenCommand({}));
  const directory = join(service.dataDirectory, 'audit');
  const files = await Promise.all(
    (await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')),
  );
  const records = files.join('');
  assert.ok(records.includes('"eventName":"UpdateSAMLProvider"'));
  for (const line of issuer.privateKey.split('\n').slice(0, 5)) {
    assert.ok(!records.includes(line));
    assert.ok(!answer.includes(line));
  }
});

test('a provider that was deleted vouches for nobody, nor one made anew for what was signed before', async () => {
  const other = await startSamlFederation();
  try {
    const xml = other.signed({ nameIdFormat: persistent });
    await other.service
      .iam(other.service.root)
      .send(new DeleteSAMLProviderCommand({ SAMLProviderArn: other.providerArn }));
    await assert.rejects(other.assume(xml), invalid("Specified provider doesn't exist"));
    await other.addProvider('idp', createSamlIssuer().metadata);
    await assert.rejects(other.assume(xml), invalid('Response signature invalid'));
  } finally {
    await other.stop();
  }
});
