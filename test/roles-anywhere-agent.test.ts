import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type AnywhereFixture, account, roleArn, startAnywhere } from './anywhere-fixture.ts';
import { createTestAuthority, ecKeys, type IssuedCertificate } from './x509-writer.ts';

const program = fileURLToPath(new URL('../src/main/brevet.ts', import.meta.url));

let fixture: AnywhereFixture;
let home = '';

before(async () => {
  fixture = await startAnywhere();
});
after(() => fixture.stop());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-anywhere-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function writeCertificate({ pem, privateKey }: IssuedCertificate, chain = ''): Promise<void> {
  await writeFile(join(home, 'certificate.pem'), pem + chain);
  await writeFile(join(home, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

/** The options of a certificate, as AWS's signing helper has them. */
function options(): readonly string[] {
  return [
    ...['--certificate', 'certificate.pem', '--private-key', 'key.pem', '--role-arn', roleArn],
    ...['--trust-anchor-arn', fixture.anchor, '--profile-arn', fixture.profile],
  ];
}

function start(given: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...given], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, AWS_ENDPOINT_URL: fixture.service.endpoint, ...environment },
  });
}

async function run(
  given: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(given, environment);
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: (await stdout)?.join('') ?? '', stderr: (await stderr)?.join('') ?? '' };
}

async function identityOf(credentials: {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}): Promise<string | undefined> {
  return (await fixture.service.sts(credentials).send(new GetCallerIdentityCommand({}))).Arn;
}

describe('brevet credential-process with a certificate', () => {
  test('prints credentials of the role as SDKs read them', async () => {
    const issuing = fixture.authority.issueAuthority();
    await writeCertificate(issuing.issue({ serial: '0e01' }), issuing.pem);
    const { code, stdout, stderr } = await run([
      'credential-process',
      ...options(),
      '--duration-seconds',
      '900',
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    const { Version, AccountId, AccessKeyId, SecretAccessKey, SessionToken, Expiration } = JSON.parse(
      stdout,
    ) as Record<string, string>;
    assert.deepEqual([Version, AccountId], [1, account]);
    const lives = Date.parse(Expiration ?? '') - Date.now();
    assert.ok(lives > 800_000 && lives <= 900_000, `${lives}`);
    const credentials = {
      accessKeyId: AccessKeyId ?? '',
      secretAccessKey: SecretAccessKey ?? '',
      sessionToken: SessionToken ?? '',
    };
    assert.equal(await identityOf(credentials), `arn:aws:sts::${account}:assumed-role/worker/0e01`);
  });

  test('takes the authorities in between from a file of their own, and the address of this service before that of all', async () => {
    const issuing = fixture.authority.issueAuthority();
    await writeCertificate(issuing.issue({ serial: '0e02' }));
    await writeFile(join(home, 'issuing.pem'), issuing.pem);
    const { code, stderr } = await run(
      ['credential-process', ...options(), '--intermediates', 'issuing.pem'],
      {
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        AWS_ENDPOINT_URL_ROLESANYWHERE: fixture.service.endpoint,
      },
    );
    assert.deepEqual([code, stderr], [0, '']);
  });

  test('asks for a session name, which the profile has to accept', async () => {
    await writeCertificate(fixture.web);
    const { code, stderr } = await run(['credential-process', ...options(), '--role-session-name', 'web']);
    assert.deepEqual(
      [code, stderr],
      [1, 'brevet: the issuer answered 403: Not authorized to set roleSessionName.\n'],
    );
  });

  const failures: readonly (readonly [
    what: string,
    certificate: () => IssuedCertificate,
    more: readonly string[],
    code: number,
    stderr: RegExp,
  ])[] = [
    [
      'a certificate that nobody vouches for',
      () => createTestAuthority().issue(),
      [],
      1,
      /^brevet: the issuer answered 403: Untrusted signing certificate\n$/,
    ],
    [
      'the key of another certificate',
      () => ({ ...fixture.web, privateKey: ecKeys().privateKey }),
      [],
      1,
      /^brevet: the issuer cannot be asked: key\.pem: the key is not that of the certificate in certificate\.pem\n$/,
    ],
    [
      'a file that is none',
      () => fixture.web,
      ['--certificate', 'absent.pem'],
      1,
      /^brevet: the issuer cannot be asked: ENOENT: .*absent\.pem'\n$/,
    ],
    [
      'an address at which credentials would be read on the way',
      () => fixture.web,
      ['--endpoint-url', 'http://brevet.example.com'],
      2,
      /^error: http:\/\/brevet\.example\.com is not encrypted, and the credentials would be read on the way: use https, or --allow-http\n$/,
    ],
    [
      'an ARN that is none',
      () => fixture.web,
      ['--profile-arn', roleArn],
      2,
      /^error: --profile-arn must be an ARN of IAM Roles Anywhere\n$/,
    ],
  ];
  for (const [what, certificate, more, expected, message] of failures) {
    test(`says in one line that it cannot use ${what}`, async () => {
      await writeCertificate(certificate());
      const { code, stdout, stderr } = await run(['credential-process', ...options(), ...more]);
      assert.deepEqual([code, stdout], [expected, '']);
      assert.match(stderr, message);
    });
  }

  test('says which options are missing', async () => {
    const { code, stderr } = await run([
      'credential-process',
      '--certificate',
      'certificate.pem',
      '--role-arn',
      roleArn,
    ]);
    assert.deepEqual(
      [code, stderr],
      [2, 'error: a certificate needs --private-key, --trust-anchor-arn, --profile-arn too\n'],
    );
  });
});

describe('brevet imds with a certificate', () => {
  test('serves credentials of the role, by the certificate that is there when they are renewed', async () => {
    await writeCertificate(fixture.authority.issue({ serial: '0f01' }));
    const agent = start([
      ...['imds', '--issuer', fixture.service.endpoint, '--listen', '127.0.0.1:0'],
      ...['--instance-id', 'i-0123456789abcdef0', ...options()],
    ]);
    try {
      const [line] = (await once(agent.stdout, 'data')) as [Buffer];
      const address = /^brevet imds ready on (\S+)\n/.exec(line.toString())?.[1] ?? '';
      const put = await fetch(`${address}/latest/api/token`, {
        method: 'PUT',
        headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
      });
      const headers = { 'x-aws-ec2-metadata-token': await put.text() };
      const path = `${address}/latest/meta-data/iam/security-credentials/`;
      assert.equal(await (await fetch(path, { headers })).text(), 'worker');
      const found = (await (await fetch(`${path}worker`, { headers })).json()) as Record<string, string>;
      assert.equal(found.Code, 'Success');
      const credentials = {
        accessKeyId: found.AccessKeyId ?? '',
        secretAccessKey: found.SecretAccessKey ?? '',
        sessionToken: found.Token ?? '',
      };
      assert.equal(await identityOf(credentials), `arn:aws:sts::${account}:assumed-role/worker/0f01`);
    } finally {
      const ended = once(agent, 'close');
      agent.kill('SIGTERM');
      await ended;
    }
  });
});
