import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noPeople } from '../../../test/no-people.ts';
import type {
  PodAgentSettings,
  RemoteAuthorizerSettings,
  RemoteGatewaySettings,
  RemoteInstanceSettings,
  Settings,
  WebhookSettings,
} from '../settings/index.ts';
import { type ExitCode, runCommandLine } from './index.ts';

interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly served: readonly Settings[];
  /** The doors it ran, if any. */
  readonly doors?: readonly RemoteAuthorizerSettings[];
  /** The instances it ran, if any. */
  readonly instances?: readonly RemoteInstanceSettings[];
  readonly pods?: readonly PodAgentSettings[];
  readonly webhooks?: readonly WebhookSettings[];
  readonly gateways?: readonly RemoteGatewaySettings[];
}

async function brevet(line: string, serve = async (): Promise<void> => {}): Promise<Outcome> {
  const served: Settings[] = [];
  const doors: RemoteAuthorizerSettings[] = [];
  const instances: RemoteInstanceSettings[] = [];
  const pods: PodAgentSettings[] = [];
  const webhooks: WebhookSettings[] = [];
  const gateways: RemoteGatewaySettings[] = [];
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(line.split(' ').filter(Boolean), {
    ...noPeople,
    version: '1.2.3',
    environment: { BREVET_REGION: 'eu-west-1' },
    workingDirectory: '/here',
    readFile: (path) => {
      if (path === '/here/b.yaml') return 'workers: 3\nlisten: file:1\n';
      if (path === '/here/door.yaml') return 'listen: file:1\nissuer: http://sts\nproxi: envoy\n';
      if (path === '/here/store-secret') return 'hidden\n';
      if (path === '/here/gateways.yaml')
        return 'gateways:\n  - { service: s3, listen: "localhost:1", ownerAccount: "111122223333", tls: { certFile: c.pem, keyFile: k.pem }, upstream: { endpoint: "http://store", region: us-east-1, accessKeyId: key, secretAccessKeyFile: store-secret } }\n';
      if (path === '/here/routes.yaml')
        return 'routes:\n  - path: /a/{id}\n    action: a:Read\n    resource: "arn:aws:a:::{id}"\n';
      throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    },
    readInput: () => '',
    now: () => 0,
    interrupted: () => new AbortController().signal,
    isTerminal: false,
    serve: async (settings) => {
      served.push(settings);
      await serve();
    },
    serveAuthorizer: async (settings) => {
      doors.push(settings);
    },
    serveInstance: async (settings) => {
      instances.push(settings);
    },
    servePods: async (settings) => {
      pods.push(settings);
    },
    serveWebhook: async (settings) => {
      webhooks.push(settings);
    },
    serveGateway: async (settings) => {
      gateways.push(settings);
    },
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return {
    code,
    stdout,
    stderr,
    served,
    ...(pods.length === 0 ? {} : { pods }),
    ...(webhooks.length === 0 ? {} : { webhooks }),
    ...(doors.length === 0 ? {} : { doors }),
    ...(instances.length === 0 ? {} : { instances }),
    ...(gateways.length === 0 ? {} : { gateways }),
  };
}

describe('brevet', () => {
  it('prints its version', async () => {
    assert.deepEqual(await brevet('--version'), { code: 0, stdout: '1.2.3\n', stderr: '', served: [] });
  });

  it('prints help on stdout when asked', async () => {
    const { code, stdout, stderr } = await brevet('--help');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Usage: brevet \[options\] \[command\]\n/);
    assert.deepEqual(await brevet('-h'), { code: 0, stdout, stderr: '', served: [] });
    assert.match(stdout, /^ {2}serve \[options\] +run the service until SIGTERM or SIGINT$/m);
  });

  it('prints the help of a command with every option of the contract', async () => {
    const { code, stdout, served } = await brevet('serve --help');
    assert.equal(code, 0);
    assert.deepEqual(served, []);
    assert.deepEqual(stdout.match(/--[a-z-]+(?: <[^>]+>)?/g), [
      '--config <file>',
      '--data-dir <directory>',
      '--listen <host:port>',
      '--admin-listen <host:port>',
      '--workers <number>',
      '--help',
    ]);
  });

  it('without a command fails with its help on stderr', async () => {
    const { code, stdout, stderr } = await brevet('');
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^Usage: brevet/);
  });

  for (const [line, complaint] of [
    ['srve', "error: unknown command 'srve'\n(Did you mean serve?)\n"],
    ['--verson', "error: unknown option '--verson'\n(Did you mean --version?)\n"],
    ['serve --lisen x:1', "error: unknown option '--lisen'\n(Did you mean --listen?)\n"],
    ['serve --permissive', "error: unknown option '--permissive'\n"],
    ['serve --listen', "error: option '--listen <host:port>' argument missing\n"],
    ['serve now', "error: too many arguments for 'serve'. Expected 0 arguments but got 1: now.\n"],
  ] as const) {
    it(`fails with exit code 2 and a suggestion: brevet ${line}`, async () => {
      assert.deepEqual(await brevet(line), { code: 2, stdout: '', stderr: complaint, served: [] });
    });
  }
});

describe('brevet serve', () => {
  it('hands flags, environment and file to the settings', async () => {
    const { code, stdout, stderr, served } = await brevet(
      'serve --config b.yaml --data-dir d --listen flag:2 --admin-listen=[::1]:3',
    );
    assert.deepEqual([code, stdout, stderr, served.length], [0, '', '', 1]);
    const [settings] = served;
    assert.equal(settings?.dataDirectory, '/here/d');
    assert.deepEqual(settings?.listen, { host: 'flag', port: 2 });
    assert.deepEqual(settings?.adminListen, { host: '::1', port: 3 });
    assert.equal(settings?.region, 'eu-west-1');
    assert.equal(settings?.workers, 3);
  });

  it('does not start with wrong settings and says each on its line', async () => {
    const { code, stderr, served } = await brevet('serve --listen here --workers none');
    assert.deepEqual([code, served], [2, []]);
    assert.equal(
      stderr,
      'brevet: --listen: expected HOST:PORT, such as 127.0.0.1:4592 or [::1]:4592; it is "here"\n' +
        'brevet: --workers: expected a whole number from 1 to 64; it is "none"\n',
    );
  });

  it('fails with exit code 1 and the reason, without a stack, when the service cannot start', async () => {
    const failure = new Error('cannot open the database', { cause: new Error('disk I/O error') });
    const { code, stdout, stderr } = await brevet('serve', () => Promise.reject(failure));
    assert.deepEqual([code, stdout, stderr], [1, '', 'brevet: cannot open the database: disk I/O error\n']);
  });
});

describe('brevet authorizer', () => {
  it('needs to know where to listen and whom to ask, and says all that is wrong at once', async () => {
    const { code, stderr } = await brevet('authorizer --proxy nginx --max-staleness-seconds 0');
    assert.equal(code, 2);
    assert.equal(
      stderr,
      [
        'brevet: --listen: expected HOST:PORT, such as 127.0.0.1:4592 or [::1]:4592',
        'brevet: --proxy: expected one of headers, envoy; it is "nginx"',
        'brevet: --max-staleness-seconds: expected a whole number of seconds from 1 to 86400; it is 0',
        'brevet: --issuer: expected a URL such as https://sts.example.com\n',
      ].join('\n'),
    );
  });

  it('is safe where nothing is said', async () => {
    const { code, doors } = await brevet('authorizer --listen localhost:1 --issuer https://sts.example.com');
    assert.equal(code, 0);
    assert.deepEqual(doors, [
      {
        listen: { host: 'localhost', port: 1 },
        issuer: 'https://sts.example.com',
        service: 'execute-api',
        proxy: 'headers',
        region: 'us-east-1',
        ownerAccount: undefined,
        api: 'default',
        stage: 'default',
        routes: undefined,
        maxStalenessSeconds: 300,
        clientAddressHeader: undefined,
        secureTransport: false,
        logLevel: 'info',
      },
    ]);
  });

  it('takes a flag before its file, and refuses a key that neither knows', async () => {
    const line =
      '--listen localhost:1 --issuer http://sts --client-address-header X-Real-IP --secure-transport';
    const { doors } = await brevet(`authorizer --config routes.yaml ${line} --max-staleness-seconds 30`);
    const [door] = doors ?? [];
    assert.deepEqual(
      [door?.routes?.length, door?.clientAddressHeader, door?.secureTransport, door?.maxStalenessSeconds],
      [1, 'x-real-ip', true, 30],
    );
    const { code, stderr } = await brevet('authorizer --config door.yaml');
    assert.deepEqual([code, stderr.split('\n')[0]], [2, 'brevet: door.yaml: proxi: unknown setting']);
  });
});

describe('brevet k8s-webhook', () => {
  const all =
    'k8s-webhook --tls-cert-file tls.crt --tls-key-file /tls/tls.key --sts-url https://sts.example.com --kube-api https://10.96.0.1:443';

  it('runs the webhook as it is told, and with the pod around it where it is not', async () => {
    const { code, webhooks } = await brevet(all);
    const plain = {
      listen: { host: '0.0.0.0', port: 8443 },
      tls: { certFile: '/here/tls.crt', keyFile: '/tls/tls.key' },
      stsUrl: 'https://sts.example.com',
      region: undefined,
      audience: 'sts.amazonaws.com',
      tokenExpirationSeconds: 86_400,
      annotationPrefix: 'eks.amazonaws.com',
      regionalEndpoints: false,
      kubeApi: 'https://10.96.0.1',
      kubeCaFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      kubeTokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      logLevel: 'info',
    };
    assert.deepEqual([code, webhooks], [0, [plain]]);
    const more =
      ' --listen 127.0.0.1:0 --region eu-west-1 --token-expiration 3600 --sts-regional-endpoints --annotation-prefix brevet.example.com';
    const [told] = (await brevet(all + more)).webhooks ?? [];
    assert.deepEqual(told, {
      ...plain,
      listen: { host: '127.0.0.1', port: 0 },
      region: 'eu-west-1',
      tokenExpirationSeconds: 3600,
      regionalEndpoints: true,
      annotationPrefix: 'brevet.example.com',
    });
  });

  it('needs a certificate, the service and an API server', async () => {
    const { code, stderr } = await brevet('k8s-webhook --token-expiration 60');
    assert.deepEqual(
      [
        code,
        stderr
          .trimEnd()
          .split('\n')
          .map((line) => line.split(': expected')[0]),
      ],
      [
        2,
        [
          'brevet: --tls-cert-file',
          'brevet: --tls-key-file',
          'brevet: --sts-url',
          'brevet: --token-expiration',
          'brevet: --kube-api',
        ],
      ],
    );
  });
});

describe('brevet imds', () => {
  const all =
    'imds --issuer http://127.0.0.1:4592 --listen 127.0.0.1:1338 --role-arn arn:aws:iam::111122223333:role/app/web --instance-id i-01234567';

  it('runs the metadata of one instance', async () => {
    const { code, instances } = await brevet(`${all} --tokens optional --duration-seconds 900`);
    assert.equal(code, 0);
    const [one] = instances ?? [];
    assert.deepEqual(
      [one?.issuer, one?.role?.arn, one?.role?.durationSeconds, one?.tokens, one?.role?.facts],
      [
        'http://127.0.0.1:4592',
        'arn:aws:iam::111122223333:role/app/web',
        900,
        'optional',
        {
          id: 'i-01234567',
          accountId: '111122223333',
          region: 'us-east-1',
          availabilityZone: 'us-east-1a',
          instanceType: 't3.micro',
          imageId: 'ami-00000000',
          architecture: 'x86_64',
          privateIp: '127.0.0.1',
          hostname: 'ip-127-0-0-1.ec2.internal',
        },
      ],
    );
    const [plain] = (await brevet(all)).instances ?? [];
    assert.deepEqual(
      [plain?.role?.durationSeconds, plain?.tokens, plain?.region],
      [3600, 'required', 'us-east-1'],
    );
  });

  it('leaves the role to the service without one, and with it how long sessions live', async () => {
    const plain = all.replace(/--role-arn \S+ /, '--region eu-west-1 ');
    const { code, instances } = await brevet(plain);
    assert.equal(code, 0);
    assert.deepEqual(instances, [
      {
        issuer: 'http://127.0.0.1:4592',
        listen: { host: '127.0.0.1', port: 1338 },
        instanceId: 'i-01234567',
        region: 'eu-west-1',
        tokens: 'required',
        hosts: [],
        role: undefined,
        logLevel: 'info',
      },
    ]);
    const refused = await brevet(`${plain} --duration-seconds 900`);
    assert.deepEqual(
      [refused.code, refused.stderr.split('\n')[0]],
      [2, 'brevet: --duration-seconds: is given without --role-arn; sessions of an instance live six hours'],
    );
  });

  it('needs to know the service, the address and the instance', async () => {
    const { code, stderr } = await brevet('imds');
    assert.equal(code, 2);
    assert.deepEqual(
      stderr
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':').slice(0, 2).join(':')),
      ['brevet: --issuer', 'brevet: --listen', 'brevet: --instance-id'],
    );
  });

  it('serves the pods of a cluster where one is named', async () => {
    const { code, pods } = await brevet(
      'imds --issuer https://sts.example.com --listen [::1]:80 --cluster production --region eu-west-1',
    );
    assert.deepEqual(
      [code, pods],
      [
        0,
        [
          {
            issuer: 'https://sts.example.com',
            listen: { host: '::1', port: 80 },
            cluster: 'production',
            region: 'eu-west-1',
            logLevel: 'info',
          },
        ],
      ],
    );
  });

  it('is of an instance or of pods, and pods need to know the service and the address', async () => {
    const { code, stderr } = await brevet('imds --cluster -x --instance-id i-01234567');
    assert.deepEqual(
      [
        code,
        stderr
          .trimEnd()
          .split('\n')
          .map((line) => line.split(';')[0]),
      ],
      [
        2,
        [
          'brevet: --issuer: expected a URL such as https://sts.example.com',
          'brevet: --listen: expected HOST:PORT, such as 127.0.0.1:4592 or [::1]:4592',
          'brevet: --cluster: expected the name of a cluster: up to 100 letters, digits, - and _',
          'brevet: --instance-id: unknown setting',
        ],
      ],
    );
  });

  it('has a role by a certificate, with all that belongs to one', async () => {
    const arn = (kind: string) =>
      `arn:aws:rolesanywhere:eu-west-1:111122223333:${kind}/11111111-2222-4333-8444-555555555555`;
    const certificate = `--certificate c.pem --private-key k.pem --trust-anchor-arn ${arn('trust-anchor')} --profile-arn ${arn('profile')}`;
    const [one] = (await brevet(`${all} ${certificate} --intermediates i.pem`)).instances ?? [];
    assert.deepEqual(one?.role?.anywhere, {
      certificate: 'c.pem',
      privateKey: 'k.pem',
      intermediates: 'i.pem',
      trustAnchorArn: arn('trust-anchor'),
      profileArn: arn('profile'),
    });
    assert.equal((await brevet(all)).instances?.[0]?.role?.anywhere, undefined);
    const { code, stderr } = await brevet(`${all} --certificate c.pem --private-key k.pem`);
    assert.deepEqual(
      [code, stderr],
      [
        2,
        'brevet: --trust-anchor-arn: is needed with the others of a certificate\n' +
          'brevet: --profile-arn: is needed with the others of a certificate\n',
      ],
    );
    const without = await brevet(`${all.replace(/--role-arn \S+ /, '')} ${certificate}`);
    assert.deepEqual(
      [without.code, without.stderr],
      [2, 'brevet: --role-arn: is needed with what is given of a certificate\n'],
    );
    const wrong = await brevet(`${all} ${certificate.replace('trust-anchor/', 'crl/')}`);
    assert.match(
      wrong.stderr,
      /^brevet: --trust-anchor-arn: expected the ARN of a trust-anchor of IAM Roles Anywhere/,
    );
  });

  it('refuses a role and a time that are none', async () => {
    const { code, stderr } = await brevet(
      `${all.replace('role/app/web', 'user/web')} --duration-seconds 899`,
    );
    assert.equal(code, 2);
    assert.equal(
      stderr,
      'brevet: --role-arn: expected the ARN of a role, such as arn:aws:iam::111122223333:role/web; it is "arn:aws:iam::111122223333:user/web"\n' +
        'brevet: --duration-seconds: expected a whole number of seconds from 900 to 43200; it is 899\n',
    );
  });
});

describe('brevet gateway', () => {
  const one = {
    service: 's3',
    listen: { host: 'localhost', port: 1 },
    ownerAccount: '111122223333',
    domain: undefined,
    tls: { certFile: '/here/c.pem', keyFile: '/here/k.pem' },
    upstream: {
      endpoint: 'http://store',
      region: 'us-east-1',
      accessKeyId: 'key',
      secretAccessKey: 'hidden',
      addressing: 'path',
    },
  };
  const flags =
    '--listen localhost:1 --owner-account 111122223333 --tls-cert-file c.pem --tls-key-file k.pem --store-endpoint http://store --store-region us-east-1 --store-access-key-id key --store-secret-access-key-file store-secret';

  it('runs the gateways of a settings file, or the one of its flags', async () => {
    for (const line of ['--config gateways.yaml', flags]) {
      const { code, gateways } = await brevet(`gateway --issuer http://sts ${line}`);
      assert.equal(code, 0, line);
      assert.deepEqual(gateways, [
        {
          issuer: 'http://sts',
          region: 'eu-west-1',
          maxStalenessSeconds: 300,
          logLevel: 'info',
          gateways: [one],
        },
      ]);
    }
  });

  it('says by its flag what is missing or wrong', async () => {
    const refused = async (line: string) => {
      const { code, stderr, gateways } = await brevet(`gateway ${line}`);
      assert.deepEqual([code, gateways], [2, undefined], line);
      return stderr;
    };
    assert.equal(
      await refused('--issuer http://sts'),
      'brevet: --config: expected a settings file with gateways, or the flags of one\n',
    );
    assert.equal(
      await refused('--config gateways.yaml'),
      'brevet: --issuer: expected a URL such as https://sts.example.com\n',
    );
    assert.equal(
      await refused('--config gateways.yaml --issuer http://sts --max-staleness-seconds 0'),
      'brevet: --max-staleness-seconds: expected a whole number of seconds from 1 to 86400; it is 0\n',
    );
    assert.equal(
      await refused('--config gateways.yaml --issuer http://sts --listen localhost:1'),
      'brevet: --listen: given together with gateways in the settings file; expected one of them\n',
    );
    assert.match(
      await refused(`--issuer http://sts ${flags.replace('111122223333', 'me')}`),
      /^brevet: --owner-account: expected twelve digits/,
    );
    assert.match(
      await refused(`--issuer http://sts ${flags.replace(/store-secret$/, 'none')}`),
      /^brevet: --store-secret-access-key-file: cannot read \/here\/none: ENOENT/,
    );
  });
});
