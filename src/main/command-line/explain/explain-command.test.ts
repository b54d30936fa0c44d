import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { deriveSigningKey, hashBody, parseSignature, verifySignature } from '#core/sigv4';
import { noPeople } from '../../../../test/no-people.ts';
import { runCommandLine } from '../index.ts';

const user = 'arn:aws:iam::111122223333:user/staff/alice';
const now = Date.UTC(2026, 10, 24, 12);

const files: Readonly<Record<string, string>> = {
  '/here/allow.json': `{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Vpn", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/*",
     "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
    {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}
  ]
}`,
  '/here/all.json': '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
  '/here/deny.json':
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:Put*","Resource":"*","Condition":{"StringLike":{"aws:username":"ali*"}}}}',
  '/here/tags.json':
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}}}',
  '/here/bucket.json':
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"s3:*","Resource":"*"}}',
  '/here/trust.json':
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}',
  '/here/broken.json':
    '{\n  "Version": "2012-10-17",\n  "Statement": {"Effect": "Allow", "Action": "GetObject", "Resource": "*"}\n}',
  '/here/colour.json':
    '{"Version":"2012-10-17","Statement":{"Sid":"S1","Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::\\u007f"}}',
  '/here/decoded.json': JSON.stringify({
    allowed: false,
    explicitDeny: true,
    matchedStatements: {
      items: [
        {
          statementId: 'NoKeys',
          effect: 'DENY',
          actions: { items: [{ value: 's3:*' }] },
          resources: { items: [{ value: '*' }] },
        },
      ],
    },
    failures: { items: [] },
    context: {
      principal: { id: 'AIDA', arn: user },
      action: 's3:GetObject',
      resource: '*',
      conditions: { items: [{ key: 'aws:username', values: { items: [{ value: 'alice' }] } }] },
    },
  }),
  '/home/config':
    '[profile team]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:1\ns3 =\n  endpoint_url = http://other\n',
  '/home/default-config':
    '[default]\nregion = us-east-1\n[profile default]\nendpoint_url = http://127.0.0.1:2\n[default]\nendpoint_url = http://127.0.0.1:1\n',
  '/home/credentials': '[team]\naws_access_key_id = AKIATEAM\naws_secret_access_key = team-secret\n',
};

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function brevet(
  given: readonly string[],
  more: {
    readonly isTerminal?: boolean;
    readonly input?: string;
    readonly environment?: Record<string, string>;
  } = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(['explain', ...given], {
    ...noPeople,
    version: '1.2.3',
    environment: more.environment ?? {},
    workingDirectory: '/here',
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      return text;
    },
    readInput: () => more.input ?? '',
    now: () => now,
    interrupted: () => new AbortController().signal,
    isTerminal: more.isTerminal ?? false,
    serve: () => Promise.reject(new Error('nothing is to be served')),
    serveAuthorizer: () => Promise.resolve(),
    serveInstance: () => Promise.resolve(),
    servePods: () => Promise.resolve(),
    serveWebhook: () => Promise.resolve(),
    serveGateway: () => Promise.resolve(),
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

const ask = (policy: string, action: string, ...more: readonly string[]) => [
  '--policy',
  policy,
  '--principal',
  user,
  '--action',
  action,
  ...more,
];

describe('brevet explain, by policies in files', () => {
  it('prints what was decided, what matched and what differed', async () => {
    const resource = ['--resource', 'arn:aws:s3:::bucket/key'];
    const { code, stdout, stderr } = await brevet([
      ...ask('allow.json', 's3:PutObject', ...resource),
      '--context',
      'aws:SourceIp=127.0.0.1',
      '--boundary',
      'all.json',
      '--scp',
      'all.json',
      'deny.json',
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(
      stdout,
      `denied by service control policies: ${user} s3:PutObject arn:aws:s3:::bucket/key
├─ service control policies of level 0: allows
│  └─ all.json
│     └─ matches: Allow statement 1 (line 1, column 37)
├─ service control policies of level 1: denies
│  └─ deny.json
│     └─ matches: Deny statement 1 (line 1, column 37)
├─ identity policies: does not allow
│  └─ allow.json
│     ├─ differs: Allow Vpn (line 4, column 5)
│     │  └─ IpAddress aws:SourceIp wants 10.0.0.0/8; the request has 127.0.0.1 (line 5, column 34)
│     └─ 1 statement about other actions
└─ permissions boundary: allows
   └─ all.json
      └─ matches: Allow statement 1 (line 1, column 37)
`,
    );
  });

  it('allows, and prints JSON for machines', async () => {
    const { code, stdout } = await brevet(ask('all.json', 's3:GetObject', '--json'));
    assert.equal(code, 0);
    const { decision, steps } = JSON.parse(stdout);
    assert.deepEqual(
      [decision.allowed, decision.decidedBy, decision.policyName],
      [true, 'identity', 'all.json'],
    );
    assert.equal(steps[0].outcome, 'allows');
  });

  it('takes a key that is given twice for one of several values', async () => {
    for (const [tag, allowed] of [
      ['b', true],
      ['c', false],
    ] as const) {
      const keys = ['--context', 'aws:TagKeys=a', `aws:tagkeys=${tag}`, '--json'];
      const { stdout } = await brevet(ask('tags.json', 's3:GetObject', ...keys));
      assert.equal(JSON.parse(stdout).decision.allowed, allowed);
    }
  });

  it('decides about a resource of another account and about a role', async () => {
    const across = await brevet(
      ask(
        'all.json',
        's3:GetObject',
        '--resource-policy',
        'bucket.json',
        '--resource-account',
        '222222222222',
      ),
    );
    assert.match(across.stdout, /^denied: resource policy did not allow it: /);
    assert.match(
      across.stdout,
      /Principal wants 222222222222; the request has arn:aws:iam::111122223333:user/,
    );
    const assumed = await brevet(ask('all.json', 'sts:AssumeRole', '--trust-policy', 'trust.json'));
    assert.match(assumed.stdout, /^allowed by identity policies: /);
    assert.match(assumed.stdout, /role trust policy: leaves it to the policies of the account/);
    const session = 'arn:aws:sts::111122223333:assumed-role/worker/one';
    const limited = await brevet(
      [...ask('all.json', 's3:GetObject'), '--session', 'allow.json'].map((one) =>
        one === user ? session : one,
      ),
    );
    assert.match(limited.stdout, /^denied: session policies did not allow it: arn:aws:sts:/);
  });

  it('has colours on a terminal only, unless they are not wanted, and no other control characters', async () => {
    const line = ask('colour.json', 's3:GetObject', '--resource', 'arn:aws:s3:::\u001b[2J');
    const plain = await brevet(line);
    assert.doesNotMatch(plain.stdout, /[\u0000-\u0009\u000b-\u001f\u007f]/);
    assert.match(plain.stdout, /arn:aws:s3:::\\u007f; the request has arn:aws:s3:::\\u001b\[2J/);
    const terminal = await brevet(line, { isTerminal: true });
    assert.match(terminal.stdout, /^\u001b\[31mdenied/);
    assert.equal(terminal.stdout.replaceAll(/\u001b\[\d+m/g, ''), plain.stdout);
    assert.deepEqual(await brevet(line, { isTerminal: true, environment: { NO_COLOR: '1' } }), plain);
  });

  it('fails with exit code 1 and the place where a file is no policy', async () => {
    assert.deepEqual(await brevet(ask('broken.json', 's3:GetObject')), {
      code: 1,
      stdout: '',
      stderr:
        'brevet: broken.json:3:46: Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.\n',
    });
    assert.deepEqual(await brevet(ask('none.json', 's3:GetObject')), {
      code: 1,
      stdout: '',
      stderr: 'brevet: no /here/none.json\n',
    });
  });

  for (const [given, complaint] of [
    [[], 'give one of an encoded message, --decoded, --policy and --principal'],
    [['AQAB', '--decoded', 'x'], 'give one of an encoded message, --decoded, --policy and --principal'],
    [['--policy', 'all.json', '--action', 's3:x'], '--policy needs --principal'],
    [['--policy', 'all.json', '--principal', user], '--principal needs --action'],
    [
      ask('all.json', 's3:x', '--context', 'aws:SourceIp'),
      '--context: expected KEY=VALUE; it is "aws:SourceIp"',
    ],
    [
      ['--policy', 'all.json', '--action', 's3:x', '--principal', 'alice'],
      '--principal: expected the ARN of a user, a role session or a root; it is "alice"',
    ],
    [
      ask('all.json', 's3:x', '--resource-policy', 'bucket.json', '--trust-policy', 'trust.json'),
      '--resource-policy and --trust-policy exclude each other',
    ],
    [['--principal', user], '--principal needs --action'],
    [
      ['--principal', user, '--action', 's3:x', '--boundary', 'all.json'],
      'policies in files, and --resource-account, need --policy',
    ],
    [
      ['--principal', user, '--action', 's3:x', '--context', '=x'],
      '--context: expected KEY=VALUE; it is "=x"',
    ],
    [['--polcy', 'x'], "unknown option '--polcy'\n(Did you mean --policy?)"],
  ] as const) {
    it(`fails with exit code 2: ${complaint}`, async () => {
      assert.deepEqual(await brevet(given), { code: 2, stdout: '', stderr: `error: ${complaint}\n` });
    });
  }
});

const decodedTree = `denied by a statement: ${user} s3:GetObject *
├─ matches: DENY NoKeys for s3:* on *
└─ condition keys of the request
   └─ aws:username = alice
`;

describe('brevet explain, by a decoded message', () => {
  it('prints the tree of a file or of standard input', async () => {
    assert.equal((await brevet(['--decoded', 'decoded.json'])).stdout, decodedTree);
    const input = files['/here/decoded.json'] ?? '';
    assert.equal((await brevet(['--decoded', '-'], { input })).stdout, decodedTree);
    const { stdout } = await brevet(['--decoded', '-', '--json'], { input });
    assert.deepEqual(JSON.parse(stdout), JSON.parse(input));
  });

  it('fails for a text that is no such message', async () => {
    for (const [input, why] of [
      ['nothing', 'it is no JSON'],
      ['{}', 'it lacks what one has'],
      ['null', 'it lacks what one has'],
    ] as const) {
      assert.deepEqual(await brevet(['--decoded', '-'], { input }), {
        code: 1,
        stdout: '',
        stderr: `brevet: the text is no decoded authorization message: ${why}\n`,
      });
    }
  });
});

describe('brevet explain, by an encoded message', () => {
  /** A service that answers one request as given, once its signature was found good; returns the endpoint. */
  async function answering<T>(body: object | string, use: (endpoint: string) => Promise<T>): Promise<T> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: target = '', rawHeaders } = request;
        const signature = parseSignature({ method, target, rawHeaders });
        const { date, region, service, accessKeyId } = signature.scope;
        const secret = accessKeyId === 'AKIATEAM' ? 'team-secret' : 'env-secret';
        const sent = Buffer.concat(chunks);
        verifySignature(signature, deriveSigningKey(secret, date, region, service), hashBody(sent));
        assert.equal(new URLSearchParams(sent.toString()).get('EncodedMessage'), 'AQ+/=');
        assert.equal(region, accessKeyId === 'AKIATEAM' ? 'eu-west-1' : 'us-east-1');
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.close();
    }
  }

  const fromFiles = { AWS_CONFIG_FILE: '/home/config', AWS_SHARED_CREDENTIALS_FILE: '/home/credentials' };
  const fromEnvironment = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env-secret' };
  const answer = {
    DecodeAuthorizationMessageResponse: {
      DecodeAuthorizationMessageResult: { DecodedMessage: files['/here/decoded.json'] },
    },
  };

  it('has the service decode it, with credentials of the environment or of a profile', async () => {
    await answering(answer, async (endpoint) => {
      const environment = { ...fromEnvironment, AWS_ENDPOINT_URL: endpoint };
      assert.deepEqual(await brevet(['AQ+/='], { environment }), {
        code: 0,
        stdout: decodedTree,
        stderr: '',
      });
    });
    await answering(answer, async (endpoint) => {
      const line = ['AQ+/=', '--profile', 'team', '--endpoint-url', endpoint];
      const environment = { ...fromFiles, ...fromEnvironment };
      assert.deepEqual(await brevet(line, { environment }), { code: 0, stdout: decodedTree, stderr: '' });
    });
  });

  it('fails with what the service says', async () => {
    for (const [body, complaint] of [
      [
        { Error: { Code: 'AccessDenied', Message: 'User: x is not authorized' } },
        'AccessDenied: User: x is not authorized',
      ],
      [{}, 'ENDPOINT did not answer as AWS does'],
      ['<html>', 'ENDPOINT did not answer as AWS does'],
    ] as const) {
      await answering(body, async (endpoint) => {
        const line = ['AQ+/=', '--endpoint-url', endpoint];
        assert.deepEqual(await brevet(line, { environment: fromEnvironment }), {
          code: 1,
          stdout: '',
          stderr: `brevet: ${complaint.replace('ENDPOINT', endpoint)}\n`,
        });
      });
    }
  });

  it('reads the settings of the default profile from its own section', async () => {
    const environment = { ...fromEnvironment, AWS_CONFIG_FILE: '/home/default-config' };
    const { stderr } = await brevet(['AQ+/='], { environment });
    assert.match(stderr, /^brevet: cannot reach http:\/\/127\.0\.0\.1:1: /);
  });

  it('fails where nobody answers at the endpoint of the profile', async () => {
    const { code, stderr } = await brevet(['AQ+/='], { environment: { ...fromFiles, AWS_PROFILE: 'team' } });
    assert.equal(code, 1);
    assert.match(stderr, /^brevet: cannot reach http:\/\/127\.0\.0\.1:1: /);
  });

  it('fails without credentials and says where it looked', async () => {
    assert.deepEqual(await brevet(['AQ+/=']), {
      code: 1,
      stdout: '',
      stderr:
        'brevet: no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (profile default has none)\n',
    });
  });
});
