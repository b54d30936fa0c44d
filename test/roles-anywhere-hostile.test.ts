import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  DeleteCrlCommand,
  DisableTrustAnchorCommand,
  EnableTrustAnchorCommand,
  ImportCrlCommand,
} from '@aws-sdk/client-rolesanywhere';
import {
  type AnywhereFixture,
  absentOf,
  account,
  day,
  idOf,
  roleArn,
  startAnywhere,
} from './anywhere-fixture.ts';
import {
  type AnywhereCall,
  type PreparedRequest,
  prepareCreateSession,
  withHeader,
} from './anywhere-signer.ts';
import {
  basicConstraints,
  createTestAuthority,
  ecKeys,
  extension,
  keyUsage,
  rsaKeys,
  type TestAuthority,
} from './x509-writer.ts';

let fixture: AnywhereFixture;
let issuing: TestAuthority;

before(async () => {
  fixture = await startAnywhere();
  issuing = fixture.authority.issueAuthority();
});
after(() => fixture.stop());

const untrusted = (more: Partial<AnywhereCall>) =>
  fixture.assertRefused(more, 403, 'AccessDeniedException', 'Untrusted signing certificate');
const badSignature = (more: Partial<AnywhereCall>) =>
  fixture.assertRefused(
    more,
    403,
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );

describe('CreateSession trusts no certificate', () => {
  const unfit: Readonly<Record<string, () => Partial<AnywhereCall>>> = {
    'of another authority of the same name': () => ({
      signer: createTestAuthority({
        subject: [
          ['C', 'SE'],
          ['CN', 'Shop CA'],
        ],
      }).issue(),
    }),
    'that vouches for itself': () => ({
      signer: createTestAuthority({ extensions: [keyUsage('digitalSignature')] }),
    }),
    'of the authority itself': () => ({ signer: fixture.authority }),
    'of an authority below it': () => ({ signer: issuing }),
    'whose chain was not sent': () => ({ signer: issuing.issue() }),
    'issued by an end entity': () => {
      const forger = fixture.authority.issueAuthority({
        extensions: [basicConstraints(false), keyUsage('digitalSignature', 'keyCertSign')],
      });
      return { signer: forger.issue(), chain: [forger] };
    },
    'that is over': () => ({ signer: fixture.authority.issue({ notAfter: Date.now() - 1000 }) }),
    'that is not yet valid': () => ({ signer: fixture.authority.issue({ notBefore: Date.now() + day }) }),
    'that is not for digital signatures': () => ({
      signer: fixture.authority.issue({ extensions: [keyUsage('keyEncipherment')] }),
    }),
    'of version 1': () => ({ signer: fixture.authority.issue({ version: 1 }) }),
    'signed with SHA-1': () => ({ signer: fixture.authority.issue({ hash: 'sha1' }) }),
    'with a short key': () => ({ signer: fixture.authority.issue({ keys: rsaKeys(1024) }) }),
    'of a curve that is not accepted': () => ({
      signer: fixture.authority.issue({ keys: ecKeys('secp256k1') }),
    }),
    'with a critical extension that is not understood': () => ({
      signer: fixture.authority.issue({
        extensions: [keyUsage('digitalSignature'), extension('1.2.3', Buffer.of(5, 0), true)],
      }),
    }),
    'whose alternative names cannot be read': () => ({
      signer: fixture.authority.issue({
        extensions: [keyUsage('digitalSignature'), extension('2.5.29.17', Buffer.of(48, 5))],
      }),
    }),
    'for an anchor that is not there': () => ({ trustAnchorArn: absentOf(fixture.anchor) }),
    'for an anchor of another Region': () => ({
      trustAnchorArn: fixture.anchor.replace('us-east-1', 'eu-west-1'),
    }),
    'in another Region': () => ({ region: 'eu-west-1' }),
    'for what is no anchor': () => ({ trustAnchorArn: fixture.anchor.replace(account, '444455556666') }),
  };
  for (const [what, build] of Object.entries(unfit)) {
    test(what, async () => {
      await untrusted(build());
    });
  }

  test('of one anchor for another', async () => {
    const other = await fixture.addAnchor(createTestAuthority({ subject: [['CN', 'Other CA']] }).pem);
    await untrusted({ trustAnchorArn: other });
  });

  test('while the anchor is off', async () => {
    const trustAnchorId = idOf(fixture.anchor);
    await fixture.manager.send(new DisableTrustAnchorCommand({ trustAnchorId }));
    await untrusted({});
    await fixture.manager.send(new EnableTrustAnchorCommand({ trustAnchorId }));
    await fixture.session();
  });

  test('that is on a revocation list, while the list is on', async () => {
    const signer = fixture.authority.issue({ serial: '0bad' });
    const imported = await fixture.manager.send(
      new ImportCrlCommand({
        name: 'list',
        crlData: Buffer.from(fixture.authority.revoke({ serials: ['0bad'] })),
        trustAnchorArn: fixture.anchor,
        enabled: true,
      }),
    );
    await untrusted({ signer });
    await fixture.session();
    // The next list is late: nobody knows who else is on it.
    fixture.service.clockAheadMs = 8 * day;
    await untrusted({ at: fixture.service.now() });
    fixture.service.clockAheadMs = 0;
    await fixture.manager.send(new DeleteCrlCommand({ crlId: imported.crl?.crlId ?? '' }));
    await fixture.session({ signer });
  });
});

describe('CreateSession believes no signature', () => {
  const unbelievable: Readonly<Record<string, () => Partial<AnywhereCall>>> = {
    'of another key': () => ({ key: ecKeys().privateKey }),
    'of an RSA key for an EC certificate': () => ({ key: rsaKeys().privateKey }),
    'that names RSA and is ECDSA': () => ({ algorithm: 'AWS4-X509-RSA-SHA256' }),
    'over another body': () => ({ tamper: (request) => ({ ...request, body: '{"durationSeconds":901}' }) }),
    'over another query': () => ({
      tamper: (request) => ({ ...request, target: request.target.replace('worker', 'admin') }),
    }),
    'that does not cover the certificate': () => ({ unsigned: ['x-amz-x509'] }),
    'that does not cover the chain': () => ({
      chain: [fixture.authority.issueAuthority()],
      unsigned: ['x-amz-x509-chain'],
    }),
    'over another chain': () => ({
      chain: [fixture.authority.issueAuthority()],
      tamper: (request) =>
        withHeader(request, 'x-amz-x509-chain', fixture.authority.issueAuthority().der.toString('base64')),
    }),
    'when the chain is put in later': () => ({
      tamper: (request) => withHeader(request, 'x-amz-x509-chain', fixture.authority.der.toString('base64')),
    }),
    'in upper case': () => ({
      tamper: (request) =>
        withHeader(
          request,
          'authorization',
          request.headers.authorization?.replace(/[0-9a-f]+$/, (hex) => hex.toUpperCase()),
        ),
    }),
    'of nothing': () => ({
      tamper: (request) =>
        withHeader(request, 'authorization', request.headers.authorization?.replace(/[0-9a-f]+$/, '00')),
    }),
  };
  for (const [what, build] of Object.entries(unbelievable)) {
    test(what, async () => {
      await badSignature(build());
    });
  }

  test('over another certificate of the same key and serial number', async () => {
    const keys = ecKeys();
    const [signer, other] = ['web', 'admin'].map((cn) =>
      fixture.authority.issue({ keys, serial: '07', subject: [['CN', cn]] }),
    );
    assert.ok(signer && other);
    await badSignature({
      signer,
      tamper: (request) => withHeader(request, 'x-amz-x509', other.der.toString('base64')),
    });
  });

  test('with the serial number of another certificate', async () => {
    for (const credential of ['1', '0x00a1b2', '041394', 'AKIAROOTROOTROOTROOT']) {
      await fixture.assertRefused(
        { credential },
        403,
        'InvalidSignatureException',
        'Credential should be the serial number of the signing certificate.',
      );
    }
  });

  test('of another time', async () => {
    const early = await fixture.call({ at: Date.now() - 901_000 });
    assert.deepEqual([early.status, early.errorType], [403, 'InvalidSignatureException']);
    assert.match(String(early.body.message), /^Signature expired: /);
    const late = await fixture.call({ at: Date.now() + 903_000 });
    assert.match(String(late.body.message), /^Signature not yet current: /);
  });

  test('of an algorithm that is not of certificates, or not supported', async () => {
    for (const algorithm of ['AWS4-HMAC-SHA256', 'AWS4-X509-MLDSA']) {
      await fixture.assertRefused(
        { algorithm },
        400,
        'IncompleteSignatureException',
        `Unsupported AWS 'algorithm': '${algorithm}'.`,
      );
    }
  });

  test('without a certificate, with two, or with what is none', async () => {
    const header = (value: string | undefined) => (request: PreparedRequest) =>
      withHeader(request, 'x-amz-x509', value);
    await fixture.assertRefused(
      { tamper: header(undefined) },
      400,
      'IncompleteSignatureException',
      "The request requires the 'X-Amz-X509' header.",
    );
    const twice = `${fixture.web.der.toString('base64')},${fixture.web.der.toString('base64')}`;
    await fixture.assertRefused(
      { tamper: header(twice) },
      400,
      'ValidationException',
      'X-Amz-X509 can have up to 1 certificates.',
    );
    await fixture.assertRefused(
      { tamper: header(`${fixture.web.der.toString('base64')}!`) },
      400,
      'ValidationException',
      'X-Amz-X509 is not base64.',
    );
    await fixture.assertRefused(
      { tamper: header('AAAA') },
      400,
      'ValidationException',
      'X-Amz-X509 is not a certificate: The encoding has a value of another type.',
    );
    const chain = Array.from({ length: 6 }, () => fixture.authority);
    await fixture.assertRefused(
      { chain },
      400,
      'ValidationException',
      'X-Amz-X509-Chain can have up to 5 certificates.',
    );
  });

  test('of a certificate that comes in two headers', async () => {
    const { profile: profileArn, anchor: trustAnchorArn, web: signer, service } = fixture;
    const arns = { profileArn, trustAnchorArn, roleArn };
    const request = prepareCreateSession({ endpoint: service.endpoint, signer, arns });
    const rawHeaders = [...Object.entries(request.headers).flat(), 'X-Amz-X509', 'AAAA'];
    const { target, body } = request;
    const answer = await service.house.handle({
      ...{ method: 'POST', target, rawHeaders, body: Buffer.from(body) },
      ...{ sourceIp: '127.0.0.1', secure: false },
    });
    assert.deepEqual(
      [answer.status, JSON.parse(answer.body)],
      [400, { message: "Found more than one 'X-Amz-X509' HTTP header." }],
    );
  });

  test('in the query', async () => {
    const tamper = (request: PreparedRequest) => {
      const fields = /^(\S+) Credential=(\S+), SignedHeaders=(\S+), Signature=(\S+)$/;
      const [, ...values] = fields.exec(request.headers.authorization ?? '') ?? [];
      const names = ['Algorithm', 'Credential', 'SignedHeaders', 'Signature'];
      const query = names.map((name, index) => `X-Amz-${name}=${encodeURIComponent(values[index] ?? '')}`);
      const target = `${request.target}&X-Amz-Date=${request.headers['x-amz-date']}&${query.join('&')}`;
      return { ...withHeader(request, 'authorization'), target };
    };
    await fixture.assertRefused(
      { tamper },
      403,
      'MissingAuthenticationTokenException',
      'Request is missing Authentication Token',
    );
  });

  test('at all where there is none', async () => {
    const unsigned = (request: PreparedRequest) => withHeader(request, 'authorization');
    await fixture.assertRefused(
      { tamper: unsigned },
      403,
      'MissingAuthenticationTokenException',
      'Request is missing Authentication Token',
    );
  });
});
