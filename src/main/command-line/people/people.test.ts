import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { UpdateLoginProfileCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { addPerson, mayLogIn, type Person, password } from '../../../../test/people-fixture.ts';
import { addRole } from '../../../../test/principals.ts';
import { type StartedService, startService } from '../../../../test/started-service.ts';
import { runCommandLine } from '../index.ts';
import type { ChildRequest } from './run-child.ts';
import type { Session } from './session.ts';
import { cacheDirectory } from './session-store.ts';

let service: StartedService;
let home = '';
let ada: Person;
let bob: Person;
let deploy = '';

before(async () => {
  service = await startService();
  service.stoppedAt = Date.now();
  ada = await addPerson(service, 'ada');
  bob = await addPerson(service, 'bob', { hasDevice: true });
  deploy = (await addRole(service, 'deploy', { principals: [ada.arn, bob.arn] })).arn;
});
after(() => service.stop());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'brevet-people-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly asked: readonly (readonly [question: string, hidden: boolean])[];
  readonly children: readonly ChildRequest[];
}

interface Circumstances {
  /** What somebody at the terminal answers; without, there is no terminal. */
  readonly answers?: readonly string[];
  readonly input?: string;
  readonly childExit?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
  readonly openBrowser?: (url: string) => void;
}

/** Runs `brevet GIVEN` as somebody with that home directory. */
async function brevet(given: readonly string[], circumstances: Circumstances = {}): Promise<Outcome> {
  const answers = [...(circumstances.answers ?? [])];
  const asked: [string, boolean][] = [];
  const children: ChildRequest[] = [];
  let [stdout, stderr] = ['', ''];
  const refuse = (): never => {
    throw new Error('not in this test');
  };
  const code = await runCommandLine(given, {
    version: '1.2.3',
    environment: { HOME: home, AWS_ENDPOINT_URL: service.endpoint, ...circumstances.environment },
    workingDirectory: home,
    readFile: refuse,
    ...{
      serve: refuse,
      serveAuthorizer: refuse,
      serveInstance: refuse,
      servePods: refuse,
      serveWebhook: refuse,
      serveGateway: refuse,
    },
    interrupted: refuse,
    readInput: () => circumstances.input ?? refuse(),
    now: () => service.now(),
    isTerminal: false,
    fetch: circumstances.fetch ?? fetch,
    random: (bytes) => randomBytes(bytes).toString('base64url'),
    platform: 'linux',
    terminal: {
      isInteractive: circumstances.answers !== undefined,
      ask: async (question, hidden) => {
        asked.push([question, hidden]);
        return answers.shift() ?? refuse();
      },
    },
    openBrowser: circumstances.openBrowser ?? refuse,
    ownCommand: ['/usr/bin/node', '/opt/my programs/brevet.js'],
    runChild: async (child) => {
      children.push(child);
      return circumstances.childExit ?? 0;
    },
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr, asked, children };
}

function sessionFile(name = 'default'): string {
  return join(home, '.cache', 'brevet', name, 'session.json');
}

async function readSession(): Promise<Session> {
  return JSON.parse(await readFile(sessionFile(), 'utf8'));
}

async function login(name = 'ada', session: readonly string[] = []): Promise<void> {
  const { code, stderr } = await brevet(
    ['login', '--account', service.accountId, '--user', name, '--password-stdin', ...session],
    { input: `${password}\n` },
  );
  assert.equal(code, 0, stderr);
}

function later(seconds: number): void {
  service.stoppedAt = service.now() + seconds * 1000;
}

/** What an SDK reads. */
interface Printed {
  readonly Version: number;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
  readonly AccountId: string;
}

async function credentialProcess(...given: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await brevet(['credential-process', ...given]);
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout);
}

async function whoIs(printed: Printed): Promise<string | undefined> {
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = printed;
  const sts = service.sts({ accessKeyId, secretAccessKey, sessionToken });
  return (await sts.send(new GetCallerIdentityCommand())).Arn;
}

/** A fetch to a service that is away. */
const away: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));

describe('brevet login', () => {
  test('asks for everything once, hides the secrets, and keeps the session for its owner alone', async () => {
    later(30);
    const code = bob.mfaCode?.() ?? '';
    const outcome = await brevet(['login'], { answers: [service.accountId, 'bob', password, code] });
    assert.deepEqual(
      [outcome.code, outcome.stdout, outcome.stderr],
      [0, '', 'signed in as arn:aws:iam::111122223333:user/bob\n'],
    );
    assert.deepEqual(outcome.asked, [
      ['Account ID or alias: ', false],
      ['User name: ', false],
      ['Password: ', true],
      ['MFA code (empty without a device): ', true],
    ]);
    const session = await readSession();
    assert.deepEqual(
      [session.arn, session.endpoint, session.region],
      [bob.arn, service.endpoint, 'us-east-1'],
    );
    assert.doesNotMatch(JSON.stringify(session), new RegExp(`${password}|${code}`));
  });

  test('asks only for what was not given', async () => {
    const { code, asked } = await brevet(['login', '--account', service.accountId, '--user', 'ada'], {
      answers: [password, ''],
    });
    assert.deepEqual(
      [code, asked.map(([question]) => question)],
      [0, ['Password: ', 'MFA code (empty without a device): ']],
    );
  });

  test('says in one line that a password is wrong, and leaves the session before as it is', async () => {
    await login();
    const before = await readSession();
    const { code, stdout, stderr } = await brevet(
      ['login', '--account', service.accountId, '--user', 'ada', '--password-stdin'],
      { input: 'wrong\n' },
    );
    assert.deepEqual(
      [code, stdout, stderr],
      [1, '', 'brevet: Your authentication information is incorrect. Please try again.\n'],
    );
    assert.deepEqual(await readSession(), before);
  });

  test('asks for a new password where the present one has to be changed, twice', async () => {
    const policy = mayLogIn.replace('"signin:Create', '"iam:ChangePassword","signin:Create');
    await addPerson(service, 'new', { policy, mustChange: true });
    const given = ['login', '--account', service.accountId, '--user', 'new'];
    const said = 'The password has to be changed before it is good for anything else.\n';
    const unlike = await brevet(given, { answers: [password, '', 'another Password 2', 'other'] });
    assert.deepEqual(
      [unlike.code, unlike.stderr],
      [1, `${said}brevet: the two new passwords are not the same\n`],
    );
    const piped = await brevet([...given, '--password-stdin'], { input: password });
    assert.deepEqual([piped.code, piped.stderr], [1, `brevet: ${said}`]);
    const { code, stderr, asked } = await brevet(given, {
      answers: [password, '', 'another Password 2', 'another Password 2'],
    });
    assert.deepEqual([code, stderr], [0, `${said}signed in as arn:aws:iam::111122223333:user/new\n`]);
    assert.deepEqual(asked.slice(2), [
      ['New password: ', true],
      ['New password again: ', true],
    ]);
  });

  test('takes no code that somebody else had sent to it', async () => {
    const { code, stderr } = await brevet(
      ['login', '--account', service.accountId, '--user', 'ada', '--password-stdin'],
      {
        input: `${password}\n`,
        fetch: async (url, request) => {
          const { status, headers } = await fetch(url, request);
          const location = headers.get('location')?.replace(/state=[^&]*/, 'state=theirs') ?? '';
          return new Response(null, { status, headers: { location } });
        },
      },
    );
    assert.deepEqual([code, stderr], [1, 'brevet: the answer is to another question\n']);
  });

  test('forgets the roles of the sign-in before', async () => {
    await login();
    await credentialProcess('--role', deploy);
    assert.equal((await readdir(join(sessionFile(), '..'))).length, 2);
    await login();
    assert.deepEqual(await readdir(join(sessionFile(), '..')), ['session.json']);
  });

  test('says why policy refuses', async () => {
    await addPerson(service, 'idle', { policy: mayLogIn.replace('CreateOAuth2Token', 'Other') });
    const { code, stderr } = await brevet(
      ['login', '--account', service.accountId, '--user', 'idle', '--password-stdin'],
      { input: `${password}\r\n` },
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^brevet: User: arn:aws:iam::111122223333:user\/idle is not authorized to perform: signin:CreateOAuth2Token on resource: .*\n$/,
    );
  });

  test('says in one line that the service is away, or is another', async () => {
    const given = ['login', '--account', '1', '--user', 'ada', '--password-stdin'];
    const unreachable = await brevet(given, { input: 'x', fetch: away });
    assert.deepEqual(
      [unreachable.code, unreachable.stderr],
      [1, `brevet: cannot reach ${service.endpoint}: fetch failed\n`],
    );
    const other = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, stderr } = await brevet([...given, '--endpoint-url', url], { input: 'x' });
    other.close();
    assert.deepEqual(
      [code, stderr],
      [1, `brevet: ${url}/v1/authorize did not answer as the sign-in service does\n`],
    );
  });

  const mistakes: Readonly<Record<string, readonly [given: readonly string[], problem: string]>> = {
    'no terminal': [[], 'there is no terminal to ask at: use --password-stdin'],
    'a password from a pipe without a name': [
      ['--password-stdin'],
      '--password-stdin needs --account and --user',
    ],
    'an address that is none': [['--endpoint-url', 'sts'], '--endpoint-url must be an http or https address'],
    'an address without encryption': [
      ['--endpoint-url', 'http://sts.example.com'],
      'http://sts.example.com is not encrypted, and the password would be read on the way: use https, or --allow-http',
    ],
    'a session whose name is a path': [
      ['--session', '../x'],
      '--session must be 1 to 64 letters, digits, dots, hyphens and underscores',
    ],
  };
  for (const [name, [given, problem]] of Object.entries(mistakes)) {
    test(`fails with exit code 2 for ${name}`, async () => {
      const { code, stderr } = await brevet(['login', ...given]);
      assert.deepEqual([code, stderr], [2, `error: ${problem}\n`]);
    });
  }
});

/** Somebody in a browser: opens the page, fills the form in and is sent on; returns what the last page says. */
async function browse(url: string, fill: Readonly<Record<string, string>>): Promise<string> {
  const page = await (await fetch(url)).text();
  const fields = [...page.matchAll(/<input (?:type="hidden" )?name="(\w+)"(?: value="([^"]*)")?/g)];
  const form = Object.fromEntries(
    fields.map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')]),
  );
  const target = new URL('authorize', url);
  const headers = { origin: target.origin, 'sec-fetch-site': 'same-origin' };
  const body = new URLSearchParams({ ...form, ...fill });
  const sent = await fetch(target, { method: 'POST', headers, body, redirect: 'manual' });
  const location = sent.headers.get('location');
  return location === null ? `${sent.status}` : await (await fetch(location)).text();
}

describe('brevet login --browser', () => {
  test('signs in on the page that it opens, and waits for nothing but its own answer', async () => {
    const said: Promise<unknown>[] = [];
    const openBrowser = (url: string): void => {
      const asked = new URL(url).searchParams;
      assert.deepEqual([asked.get('account'), asked.get('username')], [service.accountId, 'ada']);
      const redirect = asked.get('redirect_uri') ?? '';
      const tricks = [
        fetch(`${redirect}?code=theirs&state=guessed`),
        fetch(`${redirect}?code=theirs`),
        fetch(`${redirect}?code=x&state=${asked.get('state')}`, { method: 'POST' }),
        fetch(`${redirect.replace('127.0.0.1', 'localhost')}?code=x&state=${asked.get('state')}`),
        fetch(redirect.replace('/oauth/callback', `/?code=x&state=${asked.get('state')}`)),
      ];
      said.push(
        Promise.all(tricks).then(async (answers) => [
          ...answers.map(({ status }) => status),
          await browse(url, { password: 'wrong' }),
          await browse(url, { password }),
        ]),
      );
    };
    const { code, stderr, asked } = await brevet(
      ['login', '--browser', '--account', service.accountId, '--user', 'ada'],
      { openBrowser },
    );
    assert.deepEqual([code, stderr, asked], [0, `signed in as ${ada.arn}\n`, []]);
    assert.deepEqual(await said[0], [
      ...[404, 404, 404, 404, 404, '403'],
      'You are signed in. Go back to the terminal.\n',
    ]);
    assert.equal(await whoIs(await credentialProcess()), ada.arn);
  });

  test('says in one line that policy refuses', async () => {
    await addPerson(service, 'lee', { policy: mayLogIn.replace('AuthorizeOAuth2Access', 'Other') });
    const said: Promise<string>[] = [];
    const { code, stderr } = await brevet(['login', '--browser'], {
      openBrowser: (url) => said.push(browse(url, { account: service.accountId, username: 'lee', password })),
    });
    assert.deepEqual([code, stderr], [1, 'brevet: no code was given: access_denied\n']);
    assert.equal(await said[0], 'You are not signed in.\n');
  });

  test('takes no password from elsewhere', async () => {
    const { code, stderr } = await brevet(['login', '--browser', '--password-stdin']);
    assert.deepEqual([code, stderr], [2, 'error: --browser and --password-stdin exclude each other\n']);
  });
});

describe('brevet credential-process', () => {
  test('prints what SDKs read, from what is kept while half of its life is left', async () => {
    await login();
    const first = await credentialProcess();
    assert.deepEqual(Object.keys(first), [
      ...['Version', 'AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration', 'AccountId'],
    ]);
    assert.deepEqual(
      [first.Version, first.AccountId, Date.parse(first.Expiration)],
      [1, service.accountId, service.now() + 900_000],
    );
    assert.equal(await whoIs(first), ada.arn);
    later(440);
    assert.deepEqual(await credentialProcess(), first);
    later(20);
    const second = await credentialProcess();
    assert.notEqual(second.AccessKeyId, first.AccessKeyId);
    assert.deepEqual(await credentialProcess(), second);
    // Past the end of the first.
    later(1000);
    assert.equal(await whoIs(await credentialProcess()), ada.arn);
  });

  test('says in one line that a session is over, not there, or not whole', async () => {
    const none = await brevet(['credential-process', '--session', 'work']);
    assert.deepEqual(
      [none.code, none.stdout, none.stderr],
      [1, '', 'brevet: not signed in: run brevet login --session work\n'],
    );
    await login();
    const whole = await readFile(sessionFile(), 'utf8');
    for (const text of ['', whole.slice(0, 100), '{"version":2}', 'null', whole.replace('"key"', '"kay"')]) {
      await writeFile(sessionFile(), text);
      const broken = await brevet(['credential-process']);
      assert.deepEqual(
        [broken.code, broken.stderr],
        [1, `brevet: ${sessionFile()} is no session: run brevet login\n`],
      );
    }
    await writeFile(sessionFile(), whole);
    later(43_200);
    const over = await brevet(['credential-process']);
    assert.deepEqual([over.code, over.stderr], [1, 'brevet: the session is over: run brevet login\n']);
  });

  test('is over when the password has changed', async () => {
    await addPerson(service, 'eve');
    await login('eve');
    await service
      .iam(service.root)
      .send(new UpdateLoginProfileCommand({ UserName: 'eve', Password: 'another Password 2' }));
    later(600);
    const { code, stderr } = await brevet(['credential-process']);
    assert.deepEqual([code, stderr], [1, 'brevet: the session is over: run brevet login\n']);
  });

  test('takes nothing from a file that others can read', async () => {
    await login();
    await chmod(sessionFile(), 0o644);
    const { code, stdout, stderr } = await brevet(['credential-process']);
    assert.deepEqual(
      [code, stdout, stderr],
      [1, '', `brevet: others can get at ${sessionFile()}: chmod go= it, or remove it\n`],
    );
  });

  test('goes on with what is in hand while the service is away, until it ends', async () => {
    await login();
    later(600);
    const ask = (): Promise<Outcome> => brevet(['credential-process'], { fetch: away });
    assert.equal((await ask()).code, 0);
    const failing = createServer((_request, response) => response.writeHead(503).end());
    await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
    const session = await readSession();
    const endpoint = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
    await writeFile(sessionFile(), JSON.stringify({ ...session, endpoint }));
    assert.equal((await brevet(['credential-process'])).code, 0);
    failing.close();
    later(300);
    const { code, stderr } = await ask();
    assert.deepEqual([code, stderr], [1, `brevet: cannot reach ${endpoint}: fetch failed\n`]);
  });

  test('does not go on when the service refuses', async () => {
    await addPerson(service, 'mel');
    await login('mel');
    later(600);
    const user = service.house.identity.state.all('user').named(service.accountId, 'mel');
    assert.ok(user !== undefined);
    await service.house.identity.write(({ put }) => put('user', { ...user, inlinePolicies: {} }));
    const { code, stderr } = await brevet(['credential-process']);
    assert.equal(code, 1);
    assert.match(stderr, /is not authorized to perform: signin:CreateOAuth2Token/);
  });

  test('gives credentials of a role, kept until a quarter of an hour before they end', async () => {
    await login();
    const given = ['--role', deploy];
    const first = await credentialProcess(...given);
    assert.equal(await whoIs(first), 'arn:aws:sts::111122223333:assumed-role/deploy/ada');
    assert.equal(Date.parse(first.Expiration), Math.floor(service.now() / 1000) * 1000 + 3_600_000);
    later(2690);
    assert.deepEqual(await credentialProcess(...given), first);
    later(20);
    const second = await credentialProcess(...given);
    assert.notEqual(second.AccessKeyId, first.AccessKeyId);
    const named = await credentialProcess(
      ...given,
      '--role-session-name',
      'other',
      '--duration-seconds',
      '900',
    );
    assert.equal(await whoIs(named), 'arn:aws:sts::111122223333:assumed-role/deploy/other');
    assert.equal(Date.parse(named.Expiration), Math.floor(service.now() / 1000) * 1000 + 900_000);
  });

  test('never gives the role of one who has signed in to another who has', async () => {
    await login();
    const first = await credentialProcess('--role', deploy);
    await addPerson(service, 'kim');
    await login('kim');
    const { code, stdout, stderr } = await brevet(['credential-process', '--role', deploy]);
    assert.deepEqual(
      [code, stdout, stderr],
      [
        1,
        '',
        `brevet: AccessDenied: User: arn:aws:iam::111122223333:user/kim is not authorized to perform: sts:AssumeRole on resource: ${deploy}\n`,
      ],
    );
    // Not even when what was kept has stayed behind.
    await login();
    const named = ['--role', deploy, '--role-session-name', 'shared'];
    await credentialProcess(...named);
    const adas = await readSession();
    await login('kim', ['--session', 'kim']);
    const kims = JSON.parse(await readFile(sessionFile('kim'), 'utf8'));
    await writeFile(sessionFile(), JSON.stringify({ ...kims, endpoint: adas.endpoint }));
    const left = await brevet(['credential-process', ...named]);
    assert.deepEqual([left.code, left.stdout], [1, '']);
    assert.notEqual(first.AccessKeyId, '');
  });

  test('two at once renew without harm', async () => {
    await login();
    later(600);
    const printed = await Promise.all([1, 2, 3, 4].map(() => credentialProcess()));
    for (const one of printed) assert.equal(await whoIs(one), ada.arn);
    const kept = await credentialProcess();
    assert.ok(printed.some(({ AccessKeyId }) => AccessKeyId === kept.AccessKeyId));
    assert.deepEqual(await readdir(join(sessionFile(), '..')), ['session.json']);
  });

  const mistakes: Readonly<Record<string, readonly [given: readonly string[], problem: string]>> = {
    'a role that is none': [
      ['--role', 'deploy'],
      '--role must be the ARN of a role, such as arn:aws:iam::111122223333:role/deploy',
    ],
    'a session name without a role': [
      ['--role-session-name', 'x'],
      '--role-session-name and --duration-seconds need --role',
    ],
    'a time that is too short': [
      ['--role', 'arn:aws:iam::111122223333:role/deploy', '--duration-seconds', '899'],
      '--duration-seconds must be a number from 900 to 43200',
    ],
    'a session name that is none': [
      ['--role', 'arn:aws:iam::111122223333:role/deploy', '--role-session-name', 'x'],
      '--role-session-name must be 2 to 64 letters, digits and characters of _+=,.@-',
    ],
  };
  for (const [name, [given, problem]] of Object.entries(mistakes)) {
    test(`fails with exit code 2 for ${name}`, async () => {
      const { code, stderr } = await brevet(['credential-process', ...given]);
      assert.deepEqual([code, stderr], [2, `error: ${problem}\n`]);
    });
  }
});

describe('brevet exec', () => {
  test('runs a command with fresh credentials, and nothing that has SDKs look elsewhere', async () => {
    await login();
    const before = await readSession();
    later(61);
    const own = {
      ...{
        AWS_PROFILE: 'other',
        AWS_DEFAULT_PROFILE: 'other',
        AWS_SECURITY_TOKEN: 'old',
        AWS_REGION: 'eu-west-1',
      },
      ...{ AWS_ROLE_ARN: 'a', AWS_WEB_IDENTITY_TOKEN_FILE: 'f', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'u' },
      ...{ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL_S3: 'http://s3', OTHER: 'kept' },
    };
    const { code, children, stdout, stderr } = await brevet(
      ['exec', '--', 'aws', 's3', 'ls', '--profile', 'x'],
      {
        environment: own,
      },
    );
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
    const [child] = children;
    assert.deepEqual([child?.command, child?.arguments], ['aws', ['s3', 'ls', '--profile', 'x']]);
    const { credentials } = await readSession();
    assert.notEqual(credentials.accessKeyId, before.credentials.accessKeyId);
    assert.deepEqual(child?.environment, {
      HOME: home,
      OTHER: 'kept',
      AWS_ENDPOINT_URL_S3: 'http://s3',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_CREDENTIAL_EXPIRATION: new Date(credentials.expiresAt).toISOString(),
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: service.endpoint,
    });
  });

  test('gives a role where one is named, in the Region that is named', async () => {
    await login();
    const given = ['exec', '--role', deploy, '--region', 'eu-west-1', '--', 'env'];
    const { children } = await brevet(given);
    const { AWS_ACCESS_KEY_ID: id, AWS_REGION: region } = children[0]?.environment ?? {};
    const kept = await credentialProcess('--role', deploy);
    assert.deepEqual([id, region], [kept.AccessKeyId, 'eu-west-1']);
  });

  test('ends as the command does, and runs nothing without credentials', async () => {
    const without = await brevet(['exec', '--', 'env']);
    assert.deepEqual(
      [without.code, without.stderr, without.children],
      [1, 'brevet: not signed in: run brevet login\n', []],
    );
    await login();
    const { code, stderr } = await brevet(['exec', '--', 'false'], { childExit: 143 });
    assert.deepEqual([code, stderr], [143, '']);
    const nothing = await brevet(['exec']);
    assert.deepEqual([nothing.code, nothing.stderr], [2, "error: missing required argument 'command'\n"]);
  });
});

describe('brevet configure', () => {
  const configFile = (): string => join(home, '.aws', 'config');

  test('writes profiles that take their credentials from the sign-in', async () => {
    await login();
    const { code, stderr } = await brevet(['configure', '--profile', 'ada']);
    assert.deepEqual([code, stderr], [0, `profile ada is in ${configFile()}\n`]);
    const given = [
      '--profile',
      'default',
      '--role',
      deploy,
      '--duration-seconds',
      '900',
      '--region',
      'eu-west-1',
    ];
    assert.equal((await brevet(['configure', ...given])).code, 0);
    assert.equal(
      await readFile(configFile(), 'utf8'),
      `[profile ada]
region = us-east-1
endpoint_url = ${service.endpoint}
credential_process = /usr/bin/node "/opt/my programs/brevet.js" credential-process

[default]
region = eu-west-1
endpoint_url = ${service.endpoint}
credential_process = /usr/bin/node "/opt/my programs/brevet.js" credential-process --role ${deploy} --duration-seconds 900
`,
    );
  });

  test('leaves a profile as it is that is there already, and does nothing twice', async () => {
    await login();
    await brevet(['configure', '--profile', 'ada']);
    const text = await readFile(configFile(), 'utf8');
    assert.equal((await brevet(['configure', '--profile', 'ada'])).code, 0);
    const { code, stderr } = await brevet(['configure', '--profile', 'ada', '--region', 'eu-west-1']);
    assert.deepEqual(
      [code, stderr],
      [1, `brevet: ${configFile()} has a profile ada already: choose another name, or remove it\n`],
    );
    assert.equal(await readFile(configFile(), 'utf8'), text);
  });

  test('needs a sign-in, and a name that is one', async () => {
    const without = await brevet(['configure', '--profile', 'ada']);
    assert.deepEqual([without.code, without.stderr], [1, 'brevet: not signed in: run brevet login\n']);
    const injected = await brevet(['configure', '--profile', 'a]\ncredential_process = evil']);
    assert.deepEqual(
      [injected.code, injected.stderr],
      [2, 'error: --profile must be 1 to 128 letters, digits and characters of _.@+-\n'],
    );
    const nameless = await brevet(['configure']);
    assert.deepEqual(
      [nameless.code, nameless.stderr],
      [2, "error: required option '--profile <name>' not specified\n"],
    );
  });
});

describe('brevet logout', () => {
  test('forgets the sign-in that is named, its key and its roles, and no other', async () => {
    await login();
    await login('ada', ['--session', 'work']);
    await credentialProcess('--role', deploy);
    const { code, stderr } = await brevet(['logout']);
    assert.deepEqual([code, stderr], [0, 'signed out\n']);
    assert.deepEqual(await readdir(join(home, '.cache', 'brevet')), ['work']);
    assert.equal((await brevet(['credential-process'])).code, 1);
    assert.equal((await credentialProcess('--session', 'work')).Version, 1);
    const again = await brevet(['logout']);
    assert.deepEqual([again.code, again.stderr], [0, 'not signed in\n']);
  });

  test('is not undone by a renewal that was under way, nor is a new sign-in', async () => {
    await login();
    later(600);
    const meanwhile = async (act: () => Promise<unknown>): Promise<Outcome> =>
      brevet(['credential-process'], {
        fetch: async (url, request) => {
          const response = await fetch(url, request);
          await act();
          return response;
        },
      });
    assert.equal((await meanwhile(() => brevet(['logout']))).code, 0);
    assert.equal((await brevet(['credential-process'])).code, 1);
    await login();
    later(600);
    await addPerson(service, 'zoe');
    assert.equal((await meanwhile(() => login('zoe'))).code, 0);
    assert.match((await readSession()).arn, /user\/zoe$/);
  });
});

test('what is kept is where the system keeps such things', () => {
  const linux = (environment: Readonly<Record<string, string>>): string =>
    cacheDirectory(environment, 'linux');
  assert.equal(linux({ HOME: '/home/ada' }), '/home/ada/.cache/brevet');
  assert.equal(linux({ HOME: '/home/ada', XDG_CACHE_HOME: '/var/cache/ada' }), '/var/cache/ada/brevet');
  assert.equal(linux({ HOME: '/home/ada', XDG_CACHE_HOME: 'relative' }), '/home/ada/.cache/brevet');
  assert.equal(
    cacheDirectory({ HOME: '/Users/ada', XDG_CACHE_HOME: '/x' }, 'darwin'),
    '/Users/ada/Library/Caches/brevet',
  );
  assert.match(cacheDirectory({ LOCALAPPDATA: 'C:\\Local' }, 'win32'), /^C:\\Local.brevet$/);
  assert.throws(() => linux({}), { message: 'there is no home directory: set HOME' });
});
