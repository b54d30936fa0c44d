import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { certificates } from '../../../test/certificates.ts';
import { der, integer, oid, sequence } from '../../../test/der-writer.ts';
import {
  alternativeNames as alternativeNamesOf,
  basicConstraints,
  createTestAuthority,
  directoryName,
  dnsName,
  ecKeys,
  extension,
  type IssuedCertificate,
  keyUsage,
  rsaKeys,
  uriName,
} from '../../../test/x509-writer.ts';
import {
  alternativeNames,
  type Certificate,
  checkAuthority,
  checkEndEntity,
  checkRevocation,
  findPath,
  formatName,
  formatPem,
  isListOf,
  mostIntermediates,
  parseCertificate,
  parsePem,
  parseRevocationList,
  X509Error,
  type X509ErrorCode,
} from './index.ts';

const now = Date.now();
const day = 86_400_000;
const root = createTestAuthority();

function read({ der: bytes }: IssuedCertificate): Certificate {
  return parseCertificate(bytes);
}

function isError(code: X509ErrorCode, message: string): (error: unknown) => boolean {
  return (error) => error instanceof X509Error && error.code === code && error.message === message;
}

function malformed(what: string): (error: unknown) => boolean {
  return isError('Malformed', `The encoding has ${what}.`);
}

const noPath = isError('Untrusted', 'The certificate is not trusted: no path leads to an anchor.');

describe('a certificate', () => {
  test('is read as Node reads it', () => {
    const authority = createTestAuthority({ keys: rsaKeys(), hash: 'sha384' });
    const written = [
      authority.pem,
      authority.issue({
        serial: '00f1e2',
        subject: [
          ['C', 'SE'],
          ['OU', 'a'],
          ['CN', 'x'],
        ],
      }).pem,
      certificates[0].cert,
      root.issue({ keys: rsaKeys() }).pem,
    ];
    for (const pem of written) {
      const [block = new Uint8Array()] = parsePem(pem, 'CERTIFICATE');
      const [ours, nodes] = [parseCertificate(block), new X509Certificate(pem)];
      assert.equal(ours.serialNumber, nodes.serialNumber.toLowerCase());
      assert.equal(ours.notBefore, Date.parse(nodes.validFrom));
      assert.equal(ours.notAfter, Date.parse(nodes.validTo));
      assert.equal(formatName(ours.subject), nodes.subject.split('\n').reverse().join(','));
      assert.equal(formatName(ours.issuer), nodes.issuer.split('\n').reverse().join(','));
      assert.deepEqual(
        Buffer.from(ours.publicKeyInfo),
        nodes.publicKey.export({ type: 'spki', format: 'der' }),
      );
    }
  });

  test('goes through PEM, with words around it', () => {
    const { der: bytes } = root.issue();
    const pem = formatPem(bytes, 'CERTIFICATE');
    assert.deepEqual(parsePem(`subject=CN = web\n${pem}\n${pem}`, 'CERTIFICATE'), [
      new Uint8Array(bytes),
      new Uint8Array(bytes),
    ]);
  });

  for (const [what, text] of Object.entries({
    nothing: '',
    'another block': formatPem(Buffer.from('key'), 'PRIVATE KEY'),
    'a block that is not closed': `${root.pem}-----BEGIN CERTIFICATE-----\nAAAA`,
    'text that is not base64': '-----BEGIN CERTIFICATE-----\nA=A=\n-----END CERTIFICATE-----',
  })) {
    test(`is not read from ${what}`, () => {
      assert.throws(
        () => parsePem(text, 'CERTIFICATE'),
        isError('Malformed', 'The text is not PEM of CERTIFICATE.'),
      );
    });
  }

  const good = root.issue().der;
  const [outerHeader] = [good.subarray(0, 4)];
  const spoiled: Readonly<Record<string, readonly [bytes: Uint8Array, what: string]>> = {
    'cut off': [good.subarray(0, good.length - 1), 'a value that is cut off'],
    'followed by more': [Buffer.concat([good, Buffer.of(0)]), 'bytes behind the end'],
    'of a length without end': [
      Buffer.concat([Buffer.of(0x30, 0x80), good.subarray(4), Buffer.of(0, 0)]),
      'a length without end or beyond all measure',
    ],
    'of a length in more bytes than needed': [
      Buffer.concat([Buffer.of(0x30, 0x83, 0), outerHeader.subarray(2), good.subarray(4)]),
      'a length that is not the shortest',
    ],
    'of another type': [der(0x31, good.subarray(4)), 'a value of another type'],
    'of more bytes than one may have': [Buffer.alloc(16_385), 'more bytes than a certificate may have'],
    empty: [new Uint8Array(), 'a value that is cut off'],
  };
  for (const [name, [bytes, what]] of Object.entries(spoiled)) {
    test(`is refused when it is ${name}`, () => {
      assert.throws(() => parseCertificate(bytes), malformed(what));
    });
  }

  test('is refused when an extension comes twice, whichever would count', () => {
    const twice = root.issue({
      extensions: [keyUsage('keyEncipherment'), keyUsage('digitalSignature'), basicConstraints(false)],
    });
    assert.throws(() => read(twice), malformed('an extension twice'));
  });

  test('is refused when what is signed names another algorithm than what is not', () => {
    const at = good.lastIndexOf(Buffer.from('2a8648ce3d040302', 'hex'));
    const other = Buffer.from(good);
    other[at + 7] = 3;
    assert.throws(() => parseCertificate(other), malformed('two signature algorithms'));
  });

  for (const [serial, what] of [
    ['ff', 'a number that is negative or none'],
    ['0001', 'a number that is not the shortest'],
    [`01${'00'.repeat(20)}`, 'a serial number of more than twenty bytes'],
  ] as const) {
    test(`is refused with the serial number ${serial}`, () => {
      assert.throws(() => read(root.issue({ serial })), malformed(what));
    });
  }

  test('has no text where a NUL could end a name for one reader and not for another', () => {
    const { subject } = read(root.issue({ subject: [['CN', 'admin\0.example.com']] }));
    assert.equal(subject.attributes[0]?.value, undefined);
    assert.match(formatName(subject), /^CN=#/);
  });

  test('shows names as text in which nothing passes for a separator', () => {
    const { subject } = read(
      root.issue({
        subject: [
          ['O', 'a,OU=b'],
          ['CN', ' x+y"\\ '],
        ],
      }),
    );
    assert.equal(formatName(subject), 'CN=\\ x\\+y\\"\\\\\\ ,O=a\\,OU\\=b');
  });

  test('gives the first name of each kind', () => {
    const names = alternativeNamesOf(
      der(0x87, Buffer.of(127, 0, 0, 1)),
      dnsName('one.example.com'),
      dnsName('two.example.com'),
      uriName('spiffe://example.com/one'),
      directoryName([['CN', 'Alice']]),
      directoryName([['CN', 'Bob']]),
    );
    const found = alternativeNames(read(root.issue({ extensions: [names] })));
    assert.equal(found.dns, 'one.example.com');
    assert.equal(found.uri, 'spiffe://example.com/one');
    assert.equal(found.directory && formatName(found.directory), 'CN=Alice');
  });
});

describe('an end entity’s certificate', () => {
  test('may authenticate when it is current, no authority’s, and for digital signatures', () => {
    checkEndEntity(read(root.issue()), now);
    checkEndEntity(read(root.issue({ extensions: [keyUsage('digitalSignature')] })), now);
  });

  test('is current from its first second to its last', () => {
    const [notBefore, notAfter] = [1_767_323_045_000, 1_767_323_055_000];
    const certificate = read(root.issue({ notBefore, notAfter }));
    checkEndEntity(certificate, notBefore);
    checkEndEntity(certificate, notAfter + 999);
    const notCurrent = isError('Unsuitable', 'The certificate is expired or not yet valid.');
    assert.throws(() => checkEndEntity(certificate, notBefore - 1), notCurrent);
    assert.throws(() => checkEndEntity(certificate, notAfter + 1000), notCurrent);
  });

  const unfit: readonly (readonly [what: string, certificate: () => IssuedCertificate, message: string])[] = [
    ['an authority’s', () => root, 'The certificate is a certificate authority’s.'],
    [
      'an authority’s that is for digital signatures too',
      () => root.issue({ extensions: [basicConstraints(true), keyUsage('digitalSignature')] }),
      'The certificate is a certificate authority’s.',
    ],
    ['of version 1', () => root.issue({ version: 1 }), 'The certificate is not of version 3.'],
    [
      'without key usage',
      () => root.issue({ extensions: [basicConstraints(false)] }),
      'The key usage does not include digital signatures.',
    ],
    [
      'for encryption alone',
      () => root.issue({ extensions: [keyUsage('keyEncipherment')] }),
      'The key usage does not include digital signatures.',
    ],
    ['of nobody', () => root.issue({ subject: [] }), 'The certificate has no subject.'],
    [
      'one with a critical extension that is not understood',
      () =>
        root.issue({
          extensions: [keyUsage('digitalSignature'), extension('1.2.3.4', Buffer.of(5, 0), true)],
        }),
      'The extension 1.2.3.4 is not supported.',
    ],
  ];
  for (const [what, certificate, message] of unfit) {
    test(`may not be ${what}`, () => {
      assert.throws(() => checkEndEntity(read(certificate()), now), isError('Unsuitable', message));
    });
  }
});

describe('an authority’s certificate', () => {
  test('may be one that says so', () => {
    checkAuthority(read(root));
    checkAuthority(read(createTestAuthority({ keys: rsaKeys() })));
  });

  const unfit: readonly (readonly [
    what: string,
    shape: Parameters<typeof createTestAuthority>[0],
    message: string,
  ])[] = [
    [
      'an end entity’s',
      { extensions: [basicConstraints(false), keyUsage('keyCertSign')] },
      'Incorrect basic constraints for CA certificate',
    ],
    [
      'one without basic constraints',
      { extensions: [keyUsage('keyCertSign')] },
      'Incorrect basic constraints for CA certificate',
    ],
    [
      'one that may not sign certificates',
      { extensions: [basicConstraints(true), keyUsage('crlSign')] },
      'The key usage does not include certificate signing.',
    ],
    [
      'one without key usage',
      { extensions: [basicConstraints(true)] },
      'The key usage does not include certificate signing.',
    ],
    [
      'one that bounds names, which nobody would heed',
      { extensions: [basicConstraints(true), keyUsage('keyCertSign'), extension('2.5.29.30', sequence())] },
      'The extension 2.5.29.30 is not supported.',
    ],
    [
      'of a short RSA key',
      { keys: rsaKeys(1024) },
      'The public key is of a kind or size that is not accepted.',
    ],
    [
      'of a curve that is not NIST’s',
      { keys: ecKeys('secp256k1') },
      'The public key is of a kind or size that is not accepted.',
    ],
  ];
  for (const [what, shape, message] of unfit) {
    test(`may not be ${what}`, () => {
      assert.throws(() => checkAuthority(read(createTestAuthority(shape))), isError('Unsuitable', message));
    });
  }
});

describe('a path', () => {
  const anchors = [read(root)];

  test('leads from an end entity to the anchor that issued it', () => {
    const leaf = read(root.issue());
    assert.deepEqual(findPath(leaf, [], anchors, now), [leaf, anchors[0]]);
  });

  test('goes over intermediates, in whatever order they are sent, with others among them', () => {
    const [first, other] = [root.issueAuthority(), root.issueAuthority({ subject: [['CN', 'Other CA']] })];
    const second = first.issueAuthority({ subject: [['CN', 'Second CA']], keys: rsaKeys() });
    const leaf = read(second.issue());
    const sent = [second, other, first].map(read);
    assert.deepEqual(
      findPath(leaf, sent, anchors, now).map(({ subject }) => formatName(subject)),
      ['CN=web', 'CN=Second CA', 'CN=Issuing CA', 'CN=Test CA'],
    );
    assert.throws(() => findPath(leaf, [second, other].map(read), anchors, now), noPath);
  });

  test('begins at either certificate of an anchor', () => {
    const old = createTestAuthority();
    for (const authority of [old, root]) findPath(read(authority.issue()), [], [old, root].map(read), now);
  });

  const broken: Readonly<
    Record<string, () => readonly [leaf: IssuedCertificate, sent: readonly IssuedCertificate[]]>
  > = {
    'from another authority of the same name': () => [createTestAuthority().issue(), []],
    'from a certificate that vouches for itself': () => {
      const self = createTestAuthority({ extensions: [keyUsage('digitalSignature')] });
      return [self, [self]];
    },
    'over an end entity': () => {
      const forger = root.issueAuthority({
        extensions: [basicConstraints(false), keyUsage('digitalSignature', 'keyCertSign')],
      });
      return [forger.issue(), [forger]];
    },
    'over an authority that may not sign certificates': () => {
      const below = root.issueAuthority({
        extensions: [basicConstraints(true), keyUsage('digitalSignature')],
      });
      return [below.issue(), [below]];
    },
    'over an intermediate that is over': () => {
      const below = root.issueAuthority({ notAfter: now - day });
      return [below.issue(), [below]];
    },
    'over one more authority than one of them allows below itself': () => {
      const first = root.issueAuthority({ extensions: [basicConstraints(true, 0), keyUsage('keyCertSign')] });
      const second = first.issueAuthority({ subject: [['CN', 'Second CA']] });
      return [second.issue(), [first, second]];
    },
    'over a signature with SHA-1': () => [root.issue({ hash: 'sha1' }), []],
    'over an authority with a key that is not accepted': () => {
      const below = root.issueAuthority({ keys: ecKeys('secp256k1') });
      return [below.issue(), [below]];
    },
  };
  for (const [what, build] of Object.entries(broken)) {
    test(`does not go ${what}`, () => {
      const [leaf, sent] = build();
      assert.throws(() => findPath(read(leaf), sent.map(read), anchors, now), noPath);
    });
  }

  test('does not begin at an authority of another name, whatever its key', () => {
    const keys = ecKeys();
    const [one, other] = ['One CA', 'Other CA'].map((cn) =>
      createTestAuthority({ keys, subject: [['CN', cn]] }),
    );
    assert.ok(one && other);
    assert.throws(() => findPath(read(one.issue()), [], [read(other)], now), noPath);
  });

  test('does not begin at an anchor that is over or not yet valid', () => {
    const leaf = read(root.issue());
    for (const at of [now + 31 * day, now - 3 * day]) {
      assert.throws(() => findPath(leaf, [], anchors, at), noPath);
    }
  });

  test('may have as many intermediates as an anchor without a limit has, and no more', () => {
    const authorities = [root];
    for (let count = 0; count <= mostIntermediates; count++) {
      authorities.push((authorities.at(-1) ?? root).issueAuthority({ subject: [['CN', `CA ${count}`]] }));
    }
    const sent = authorities.slice(1).map(read);
    const [deepest, allowed] = [authorities.at(-1), authorities.at(-2)];
    assert.equal(findPath(read((allowed ?? root).issue()), sent, anchors, now).length, mostIntermediates + 2);
    assert.throws(() => findPath(read((deepest ?? root).issue()), sent, anchors, now), noPath);
  });

  test('is not looked for through every order of look-alikes', () => {
    const keys = ecKeys();
    const subject = [['CN', 'Twin CA']] as const;
    const twin = createTestAuthority({ subject, keys });
    const twins = Array.from({ length: 6 }, () => twin.issueAuthority({ subject, keys }));
    assert.throws(
      () => findPath(read(twin.issue()), twins.map(read), anchors, now),
      isError('Untrusted', 'The certificate is not trusted: there are too many ways to look for an anchor.'),
    );
  });
});

describe('a revocation list', () => {
  const authorities = [read(root)];
  const list = (shape?: Parameters<typeof root.revoke>[0], by = root) =>
    parseRevocationList(parsePem(by.revoke(shape), 'X509 CRL')[0] ?? new Uint8Array());
  const path = (leaf: IssuedCertificate) => [read(leaf), ...authorities];

  test('takes back what is on it and nothing else', () => {
    const [revoked, kept] = [root.issue({ serial: '0a01' }), root.issue({ serial: '0a02' })];
    const read = list({ serials: ['0a01', '00f1'] });
    checkRevocation(path(kept), read, authorities, now);
    assert.throws(
      () => checkRevocation(path(revoked), read, authorities, now),
      isError('Revoked', 'The certificate does not count: it is on the revocation list of its issuer.'),
    );
  });

  test('takes back an intermediate, and with it all below', () => {
    const below = root.issueAuthority({ serial: '0b01' });
    const chain = [read(below.issue()), read(below), ...authorities];
    checkRevocation(chain, list(), authorities, now);
    assert.throws(
      () => checkRevocation(chain, list({ serials: ['0b01'] }), authorities, now),
      isError('Revoked', 'The certificate does not count: it is on the revocation list of its issuer.'),
    );
  });

  test('says nothing of what others have issued', () => {
    const other = createTestAuthority({ subject: [['CN', 'Other CA']] });
    checkRevocation(
      [read(other.issue({ serial: '0a01' })), read(other)],
      list({ serials: ['0a01'] }),
      authorities,
      now,
    );
  });

  test('counts only from the authority of that name', () => {
    const forged = list({}, createTestAuthority());
    assert.equal(isListOf(forged, read(root)), false);
    assert.throws(
      () => checkRevocation(path(root.issue()), forged, authorities, now),
      isError(
        'Revoked',
        'The certificate does not count: the revocation list of its issuer is not one that its issuer signed.',
      ),
    );
  });

  test('counts only from an authority that may sign lists', () => {
    const authority = createTestAuthority({ extensions: [basicConstraints(true), keyUsage('keyCertSign')] });
    assert.equal(isListOf(list({}, authority), read(authority)), false);
  });

  for (const [what, shape] of Object.entries({
    'is over': { nextUpdate: now - 1 },
    'is not yet current': { thisUpdate: now + day },
  })) {
    test(`that ${what} lets nobody pass`, () => {
      assert.throws(
        () => checkRevocation(path(root.issue()), list(shape), authorities, now),
        isError(
          'Revoked',
          'The certificate does not count: the revocation list of its issuer is not current.',
        ),
      );
    });
  }

  const unfit: readonly (readonly [
    what: string,
    shape: Parameters<typeof root.revoke>[0],
    message: string,
  ])[] = [
    [
      'does not say when it ends',
      { nextUpdate: undefined },
      'The list does not say when the next one will be issued.',
    ],
    [
      'holds what has changed since another',
      { extensions: [extension('2.5.29.27', integer(Buffer.of(1)), true)] },
      'The extension 2.5.29.27 of the list is not supported.',
    ],
    [
      'is about a part of what was issued',
      { extensions: [extension('2.5.29.28', sequence(), true)] },
      'The extension 2.5.29.28 of the list is not supported.',
    ],
    [
      'lists what another authority issued',
      { serials: ['01'], entryExtensions: [extension('2.5.29.29', sequence(), true)] },
      'The extension 2.5.29.29 of an entry is not supported.',
    ],
  ];
  for (const [what, shape, message] of unfit) {
    test(`is refused when it ${what}`, () => {
      assert.throws(() => list(shape), isError('Unsuitable', message));
    });
  }

  test('may have a number and reasons', () => {
    list({
      serials: ['01'],
      extensions: [extension('2.5.29.20', integer(Buffer.of(1)))],
      entryExtensions: [extension('2.5.29.21', der(0x0a, Buffer.of(1)))],
    });
  });
});

test('object identifiers are read with their dots', () => {
  const { extensions } = read(
    root.issue({
      extensions: [sequence(oid('2.5.29.99'), der(0x04)), sequence(oid('1.2.840.113549.1'), der(0x04))],
    }),
  );
  assert.deepEqual([...extensions.keys()], ['2.5.29.99', '1.2.840.113549.1']);
});
