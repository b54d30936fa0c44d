import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadSettings, type Settings, SettingsError, settingKeys } from './index.ts';
import type { Flags } from './source.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const keyId = 'AKIAIOSFODNN7EXAMPLE';

interface Given {
  readonly flags?: Flags;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

function load({ flags = {}, environment = {}, files = {} }: Given = {}): Settings {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text !== undefined) return text;
    throw Object.assign(new Error(`no ${path}`), { code: path.startsWith('/locked') ? 'EACCES' : 'ENOENT' });
  };
  return loadSettings({ flags, environment, readFile, workingDirectory: '/here' });
}

function problems(given: Given): readonly string[] {
  try {
    load(given);
  } catch (error) {
    assert(error instanceof SettingsError);
    assert.equal(error.code, 'InvalidSettings');
    assert.equal(error.message, error.problems.join('\n'));
    return error.problems;
  }
  return [];
}

const yaml = (text: string) => ({ files: { '/here/brevet.yaml': text } }) satisfies Given;

describe('settings', () => {
  it('have safe defaults', () => {
    assert.deepEqual(load(), {
      dataDirectory: '/here/brevet-data',
      listen: { host: '127.0.0.1', port: 4592 },
      adminListen: { host: '127.0.0.1', port: 4593 },
      region: 'us-east-1',
      accountName: 'management',
      accountId: undefined,
      rootAccessKey: undefined,
      databaseUrl: undefined,
      masterKeyFile: undefined,
      logLevel: 'info',
      workers: 1,
      endpointDomain: undefined,
      publicUrl: undefined,
      signInDestinations: [],
      audit: {
        compressAfterDays: undefined,
        deleteAfterDays: undefined,
        deliverEverySeconds: 300,
        digestEverySeconds: 3600,
        buckets: undefined,
      },
      tls: undefined,
      outbound: { allow: [], caFile: undefined },
      authorizers: [],
      gateways: [],
      instances: [],
      containers: [],
      clusters: [],
    });
  });

  it('can all be given in the file, whose paths start at its folder', () => {
    const text = `
dataDir: state
listen: 0.0.0.0:443
adminListen: "[::1]:0"
region: eu-west-1
accountId: "012345678901"
accountName: The Company
rootAccessKeyId: ${keyId}
rootSecretAccessKey: ${secret}
databaseUrl: postgres://brevet:password@db:5432/brevet
masterKeyFile: keys/master.key
logLevel: debug
workers: 2
endpoint: { domain: STS.example.com, publicUrl: 'https://sts.example.com:8443/aws' }
signIn: { destinations: ['https://console.example.com', 'http://localhost:3000'] }
tls: { certFile: /pki/cert.pem, keyFile: key.pem }
gateways:
  - service: s3
    listen: 127.0.0.1:4594
    ownerAccount: "111122223333"
    domain: s3.example.com
    upstream:
      endpoint: http://127.0.0.1:9000/
      region: eu-west-1
      accessKeyId: store
      secretAccessKeyFile: keys/store
      addressing: virtual-host
outbound: { allow: [10.0.0.0/8, "fd00::/8", 127.0.0.1], caFile: ca.pem }
authorizers:
  - listen: 127.0.0.1:4595
    service: execute-api
    proxy: envoy
    ownerAccount: "111122223333"
    api: orders
    stage: $default
    routes:
      - { methods: [GET], path: "/a/{id}", action: "a:Read", resource: "arn:aws:a:::{id}" }
    maxStalenessSeconds: 60
    clientAddressHeader: X-Real-IP
    secureTransport: true
audit:
  compressAfterDays: 91
  deleteAfterDays: 400
  deliverEverySeconds: 60
  digestEverySeconds: 900
  bucketEndpoint: http://127.0.0.1:9000
  bucketRegion: eu-central-1
  bucketAccessKeyId: minio
  bucketSecretAccessKeyFile: keys/bucket
`;
    assert.deepEqual(
      load({
        flags: { config: '/etc/brevet/b.yaml' },
        files: {
          '/etc/brevet/b.yaml': text,
          '/etc/brevet/keys/store': 'opensesame\n',
          '/etc/brevet/keys/bucket': 'minio-secret\n',
        },
      }),
      {
        instances: [],
        containers: [],
        clusters: [],
        gateways: [
          {
            service: 's3',
            listen: { host: '127.0.0.1', port: 4594 },
            ownerAccount: '111122223333',
            domain: 's3.example.com',
            upstream: {
              endpoint: 'http://127.0.0.1:9000',
              region: 'eu-west-1',
              accessKeyId: 'store',
              secretAccessKey: 'opensesame',
              addressing: 'virtual-host',
            },
          },
        ],
        dataDirectory: '/etc/brevet/state',
        listen: { host: '0.0.0.0', port: 443 },
        adminListen: { host: '::1', port: 0 },
        region: 'eu-west-1',
        accountName: 'The Company',
        accountId: '012345678901',
        rootAccessKey: { id: keyId, secret },
        databaseUrl: 'postgres://brevet:password@db:5432/brevet',
        masterKeyFile: '/etc/brevet/keys/master.key',
        logLevel: 'debug',
        workers: 2,
        endpointDomain: 'sts.example.com',
        publicUrl: 'https://sts.example.com:8443/aws',
        signInDestinations: ['https://console.example.com', 'http://localhost:3000'],
        audit: {
          compressAfterDays: 91,
          deleteAfterDays: 400,
          deliverEverySeconds: 60,
          digestEverySeconds: 900,
          buckets: {
            endpoint: 'http://127.0.0.1:9000',
            region: 'eu-central-1',
            credentials: { accessKeyId: 'minio', secretAccessKey: 'minio-secret' },
          },
        },
        tls: { certFile: '/pki/cert.pem', keyFile: '/etc/brevet/key.pem' },
        outbound: { allow: ['10.0.0.0/8', 'fd00::/8', '127.0.0.1'], caFile: '/etc/brevet/ca.pem' },
        authorizers: [
          {
            listen: { host: '127.0.0.1', port: 4595 },
            service: 'execute-api',
            proxy: 'envoy',
            region: 'eu-west-1',
            ownerAccount: '111122223333',
            api: 'orders',
            stage: '$default',
            routes: [{ methods: ['GET'], path: '/a/{id}', action: 'a:Read', resource: 'arn:aws:a:::{id}' }],
            maxStalenessSeconds: 60,
            clientAddressHeader: 'x-real-ip',
            secureTransport: true,
          },
        ],
      },
    );
  });

  it('can be given in the environment, whose paths start at the working directory', () => {
    const settings = load({
      environment: {
        BREVET_DATA_DIR: 'state',
        BREVET_LISTEN: 'localhost:1',
        BREVET_ADMIN_LISTEN: 'localhost:2',
        BREVET_REGION: 'eu-west-2',
        BREVET_ACCOUNT_ID: '111122223333',
        BREVET_ROOT_ACCESS_KEY_ID: keyId,
        BREVET_ROOT_SECRET_ACCESS_KEY: secret,
        BREVET_DATABASE_URL: 'postgresql://db/brevet',
        BREVET_MASTER_KEY_FILE: 'master.key',
        BREVET_LOG_LEVEL: 'silent',
      },
    });
    assert.deepEqual(settings, {
      ...load(),
      dataDirectory: '/here/state',
      listen: { host: 'localhost', port: 1 },
      adminListen: { host: 'localhost', port: 2 },
      region: 'eu-west-2',
      accountId: '111122223333',
      rootAccessKey: { id: keyId, secret },
      databaseUrl: 'postgresql://db/brevet',
      masterKeyFile: '/here/master.key',
      logLevel: 'silent',
    });
  });

  it('can be given as flags', () => {
    const flags = { dataDir: 'state', listen: 'localhost:1', adminListen: 'localhost:2', workers: '2' };
    assert.deepEqual(load({ flags }), {
      ...load(),
      dataDirectory: '/here/state',
      listen: { host: 'localhost', port: 1 },
      adminListen: { host: 'localhost', port: 2 },
      workers: 2,
    });
  });

  it('take a flag before the environment, that before the file', () => {
    const { files } = yaml('listen: file:1\nregion: eu-west-1');
    const environment = { BREVET_LISTEN: 'environment:2', BREVET_REGION: 'eu-west-2' };
    assert.equal(load({ files }).listen.host, 'file');
    assert.equal(load({ files, environment }).listen.host, 'environment');
    const settings = load({ files, environment, flags: { listen: 'flag:3' } });
    assert.equal(settings.listen.host, 'flag');
    assert.equal(settings.region, 'eu-west-2');
  });

  it('read an empty file as no settings', () => {
    assert.deepEqual(load(yaml('')), load());
    assert.deepEqual(load(yaml('# nothing yet\n')), load());
  });
});

describe('the settings file', () => {
  it('is the one the flag names, else the variable, else brevet.yaml', () => {
    const files = {
      '/here/brevet.yaml': 'region: us-east-2',
      '/here/a.yaml': 'region: us-west-1',
      '/here/b.yaml': 'region: us-west-2',
    };
    assert.equal(load({ files }).region, 'us-east-2');
    assert.equal(load({ files, environment: { BREVET_CONFIG: 'a.yaml' } }).region, 'us-west-1');
    const flags = { config: 'b.yaml' };
    assert.equal(load({ files, environment: { BREVET_CONFIG: 'a.yaml' }, flags }).region, 'us-west-2');
  });

  it('must be there when it is named, and readable', () => {
    assert.deepEqual(problems({ flags: { config: 'no.yaml' } }), [
      '--config: cannot read /here/no.yaml: ENOENT',
    ]);
    assert.deepEqual(problems({ environment: { BREVET_CONFIG: '/locked.yaml' } }), [
      'BREVET_CONFIG: cannot read /locked.yaml: EACCES',
    ]);
    assert.deepEqual(problems({ environment: { BREVET_CONFIG: '' } }), [
      'BREVET_CONFIG: expected the path of a file; it is ""',
    ]);
  });

  it('must be one plain YAML document', () => {
    assert.deepEqual(problems(yaml('listen: [1\n')), ['brevet.yaml: is not YAML: BAD_INDENT at line 2']);
    assert.deepEqual(problems(yaml('region: eu-west-1\nregion: eu-west-2\n')), [
      'brevet.yaml: is not YAML: DUPLICATE_KEY at line 2',
    ]);
    assert.deepEqual(problems(yaml('region: !secret x\n')), [
      'brevet.yaml: is not YAML: TAG_RESOLVE_FAILED at line 1',
    ]);
    assert.deepEqual(problems(yaml('a: 1\n---\nb: 1\n')), [
      'brevet.yaml: is not YAML: MULTIPLE_DOCS at line 2',
    ]);
    assert.deepEqual(problems(yaml('region: *nowhere\n')), [
      'brevet.yaml: is not YAML: Unresolved alias (the anchor must be set before the alias): nowhere',
    ]);
    assert.deepEqual(problems(yaml('- region\n')), [
      'brevet.yaml: expected a mapping of settings; it is ["region"]',
    ]);
  });

  it('refuses an unknown key and names the one that was meant', () => {
    assert.deepEqual(problems(yaml('data_dir: x')), [
      'brevet.yaml: data_dir: unknown setting; did you mean dataDir?',
    ]);
    assert.deepEqual(problems(yaml('endpoint: { domian: sts.example.com }')), [
      'brevet.yaml: endpoint.domian: unknown setting; did you mean endpoint.domain?',
    ]);
    assert.deepEqual(problems(yaml('permissive: true')), ['brevet.yaml: permissive: unknown setting']);
    assert.deepEqual(problems(yaml('__proto__: { region: eu-west-1 }')), [
      'brevet.yaml: __proto__: unknown setting',
    ]);
  });
});

const hostPort = 'expected HOST:PORT, such as 127.0.0.1:4592 or [::1]:4592';
const wholeNumber = 'expected a whole number from 1 to 64';
const refused: readonly (readonly [key: string, value: string, complaint: string])[] = [
  ['dataDir', '1', 'expected the path of a directory; it is 1'],
  ['dataDir', '""', 'expected the path of a directory; it is ""'],
  ['dataDir', '"a\\0b"', 'expected the path of a directory; it is "a\\u0000b"'],
  ['listen', '4592', `${hostPort}; it is 4592`],
  ...[
    '"4592"',
    '":4592"',
    '"::1:4592"',
    '"[::1]"',
    '"[127.0.0.1]:1"',
    '"256.0.0.1:1"',
    '"h:65536"',
    '"h:-1"',
  ].map((value) => ['listen', value, `${hostPort}; it is ${value}`] as const),
  ['adminListen', '"a b:1"', `${hostPort}; it is "a b:1"`],
  ['region', 'aws-global', 'expected the name of an AWS Region, such as us-east-1; it is "aws-global"'],
  ['accountId', '111122223333', 'expected twelve digits as text (in YAML: in quotes); it is 111122223333'],
  ['accountId', '"1111"', 'expected twelve digits as text (in YAML: in quotes); it is "1111"'],
  ['accountName', '""', 'expected 1 to 50 printable ASCII characters; it is ""'],
  ['accountName', 'é', 'expected 1 to 50 printable ASCII characters; it is "é"'],
  ['rootAccessKeyId', 'ASIAIOSFODNN7EXAMPLE', 'expected AKIA and 16 more capital letters and digits'],
  ['rootSecretAccessKey', 'short', 'expected 40 characters of A-Z a-z 0-9 + / ='],
  ['rootSecretAccessKeyFile', '1', 'expected the path of a file; it is 1'],
  [
    'databaseUrl',
    'mysql://u:hunter2@h/d',
    'expected a URL such as postgres://USER:PASSWORD@HOST:5432/DATABASE',
  ],
  ['databaseUrl', '5432', 'expected a URL such as postgres://USER:PASSWORD@HOST:5432/DATABASE'],
  ['databaseUrlFile', '[]', 'expected the path of a file; it is []'],
  ['masterKeyFile', 'true', 'expected the path of a file; it is true'],
  ['logLevel', 'verbose', 'expected one of trace, debug, info, warn, error, fatal, silent; it is "verbose"'],
  ['workers', '0', `${wholeNumber}; it is 0`],
  ['workers', '65', `${wholeNumber}; it is 65`],
  ['workers', '1.5', `${wholeNumber}; it is 1.5`],
  ['workers', '"2"', `${wholeNumber}; it is "2"`],
  ['endpoint', 'sts.example.com', 'expected a mapping; it is "sts.example.com"'],
  ['tls', '', 'expected a mapping; it is null'],
  ['outbound', '[]', 'expected a mapping; it is []'],
  ['authorizers', '{}', 'expected a list of authorizers; it is {}'],
];

describe('a wrong value', () => {
  for (const [key, value, complaint] of refused) {
    it(`stops the start: ${key}: ${value}`, () => {
      assert.deepEqual(problems(yaml(`${key}: ${value}`)), [`brevet.yaml: ${key}: ${complaint}`]);
    });
  }

  it('is named by its path inside a group', () => {
    for (const url of [
      'sts.example.com',
      'ftp://sts.example.com',
      'https://u:p@sts.example.com',
      'https://sts.example.com/',
      'https://sts.example.com?a',
      'https://STS.example.com',
    ]) {
      assert.deepEqual(problems(yaml(`endpoint: { publicUrl: '${url}' }`)), [
        `brevet.yaml: endpoint.publicUrl: expected a URL without query such as https://sts.example.com or https://example.com/sts; it is "${url}"`,
      ]);
    }
    assert.deepEqual(problems(yaml('endpoint: { domain: 10.0.0.1 }')), [
      'brevet.yaml: endpoint.domain: expected a domain name, such as sts.example.com; it is "10.0.0.1"',
    ]);
    assert.deepEqual(problems(yaml('audit: { compressAfterDays: 90, deleteAfterDays: 0 }')), [
      'brevet.yaml: audit.compressAfterDays: expected a whole number of days from 91 to 36500; it is 90',
      'brevet.yaml: audit.deleteAfterDays: expected a whole number of days from 1 to 36500; it is 0',
    ]);
    assert.deepEqual(
      problems(
        yaml('audit: { deliverEverySeconds: 0, digestEverySeconds: 86401, bucketEndpoint: "s3://b" }'),
      ),
      [
        'brevet.yaml: audit.deliverEverySeconds: expected a whole number of seconds from 1 to 86400; it is 0',
        'brevet.yaml: audit.digestEverySeconds: expected a whole number of seconds from 1 to 86400; it is 86401',
        'brevet.yaml: audit.bucketEndpoint: expected scheme, host and port, such as http://127.0.0.1:9000; it is "s3://b"',
      ],
    );
    assert.deepEqual(problems(yaml('audit: { bucketEndpoint: "http://127.0.0.1:9000" }')), [
      'brevet.yaml: audit: is given without bucketAccessKeyId and bucketSecretAccessKeyFile; expected all or none',
    ]);
    assert.deepEqual(problems(yaml('tls: { certFile: cert.pem }')), [
      'brevet.yaml: tls.keyFile: expected the path of a file',
    ]);
  });

  it('is named by its place in a list', () => {
    const entry = (text: string) => problems(yaml(`authorizers: [{ listen: "localhost:1", ${text} }]`));
    const named = (key: string, complaint: string) => [`brevet.yaml: authorizers.0.${key}: ${complaint}`];
    for (const [text, key, complaint] of [
      ['lisen: 1', 'lisen', 'unknown setting; did you mean authorizers.listen?'],
      ['proxy: nginx', 'proxy', 'expected one of headers, envoy; it is "nginx"'],
      [
        'ownerAccount: 111122223333',
        'ownerAccount',
        'expected twelve digits as text (in YAML: in quotes); it is 111122223333',
      ],
      ['api: "a/b"', 'api', 'expected letters, digits, - _ and $; it is "a/b"'],
      ['stage: "*"', 'stage', 'expected letters, digits, - _ and $; it is "*"'],
      [
        'service: S3',
        'service',
        'expected the service part of a credential scope, such as execute-api; it is "S3"',
      ],
      [
        'maxStalenessSeconds: 0',
        'maxStalenessSeconds',
        'expected a whole number of seconds from 1 to 86400; it is 0',
      ],
      [
        'clientAddressHeader: "a b"',
        'clientAddressHeader',
        'expected the name of a header, such as x-real-ip; it is "a b"',
      ],
      ['secureTransport: yes', 'secureTransport', 'expected true or false; it is "yes"'],
      ['routes: []', 'routes', 'expected a list of routes; it is []'],
      [
        'routes: [{ path: a, action: "a:B", resource: "*" }]',
        'routes.0',
        'the path does not begin with a slash',
      ],
      [
        'routes: [{ path: /a, action: "a:B", resource: "*", methods: [get] }]',
        'routes.0.methods.0',
        'expected an HTTP method in capitals, such as GET; it is "get"',
      ],
    ] as const)
      assert.deepEqual(entry(text), named(key, complaint));
    assert.deepEqual(problems(yaml('authorizers: [{}]')), [`brevet.yaml: authorizers.0.listen: ${hostPort}`]);
  });

  it('of a gateway is named by its place, and no key of its store is shown', () => {
    const whole = {
      service: 's3',
      listen: '127.0.0.1:1',
      ownerAccount: '111122223333',
      upstream: {
        endpoint: 'http://store:9000',
        region: 'us-east-1',
        accessKeyId: 'a',
        secretAccessKey: 'b',
      },
    };
    const given = (change: object, upstream: object = {}) => {
      const gateway = { ...whole, upstream: { ...whole.upstream, ...upstream }, ...change };
      return problems(yaml(`gateways: ${JSON.stringify([gateway])}`));
    };
    assert.deepEqual(given({}), []);
    const at = (key: string, complaint: string) => [`brevet.yaml: gateways.0.${key}: ${complaint}`];
    const endpoint = 'expected scheme, host and port, such as http://127.0.0.1:9000';
    const either = 'takes either secretAccessKey or secretAccessKeyFile';
    for (const [change, upstream, key, complaint] of [
      [{ service: 'sqs' }, {}, 'service', 'expected s3; it is "sqs"'],
      [{ lisen: 1 }, {}, 'lisen', 'unknown setting; did you mean gateways.listen?'],
      [{ upstream: 'secret' }, {}, 'upstream', 'expected a mapping'],
      [{}, { endpoint: 'store' }, 'upstream.endpoint', `${endpoint}; it is "store"`],
      [{}, { endpoint: 'http://a/b' }, 'upstream.endpoint', `${endpoint}; it is "http://a/b"`],
      [{}, { endpoint: 'http://u:p@a' }, 'upstream.endpoint', `${endpoint}; it is "http://u:p@a"`],
      [{}, { addressing: 'dns' }, 'upstream.addressing', 'expected path or virtual-host; it is "dns"'],
      [{}, { accessKeyId: 'a b' }, 'upstream.accessKeyId', 'expected the id of an access key of the store'],
      [
        {},
        { secretAccessKey: 'a b' },
        'upstream.secretAccessKey',
        'expected the secret of an access key of the store',
      ],
      [{}, { secretAccessKeyFile: 'c' }, 'upstream', either],
      [{}, { secretAccessKey: undefined }, 'upstream', either],
    ] as const)
      assert.deepEqual(given(change, upstream), at(key, complaint));
    assert.deepEqual(given({}, { secretAccessKey: undefined, secretAccessKeyFile: 'gone' }), [
      'brevet.yaml: gateways.0.upstream.secretAccessKeyFile: cannot read /here/gone: ENOENT',
    ]);
    assert.deepEqual(problems(yaml('gateways: {}')), ['brevet.yaml: gateways: expected a list of gateways']);
  });

  it('is named as the flag or the variable that gave it', () => {
    assert.deepEqual(problems({ flags: { listen: 'x', adminListen: 'x', workers: 'many', dataDir: '' } }), [
      '--data-dir: expected the path of a directory; it is ""',
      `--listen: ${hostPort}; it is "x"`,
      `--admin-listen: ${hostPort}; it is "x"`,
      `--workers: ${wholeNumber}; it is "many"`,
    ]);
    assert.deepEqual(problems({ environment: { BREVET_REGION: '' } }), [
      'BREVET_REGION: expected the name of an AWS Region, such as us-east-1; it is ""',
    ]);
  });

  it('is reported together with all others', () => {
    assert.deepEqual(
      problems({ ...yaml('workers: 0\nlogLevel: loud'), flags: { listen: 'x' } }).map(
        (line) => line.split(' exp')[0],
      ),
      ['--listen:', 'brevet.yaml: logLevel:', 'brevet.yaml: workers:'],
    );
  });

  it('is cut short when it is long', () => {
    const [problem = ''] = problems(yaml(`region: ${'x'.repeat(500)}`));
    assert(problem.endsWith(`x…`) && problem.length < 200, problem);
  });
});

describe('a secret', () => {
  it('can be read from a file, less its closing line break', () => {
    const files = { '/run/key': `${secret}\n`, '/here/url': 'postgres://db/brevet\r\n' };
    const environment = {
      BREVET_ROOT_ACCESS_KEY_ID: keyId,
      BREVET_ROOT_SECRET_ACCESS_KEY_FILE: '/run/key',
      BREVET_DATABASE_URL_FILE: 'url',
    };
    const settings = load({ environment, files });
    assert.equal(settings.rootAccessKey?.secret, secret);
    assert.equal(settings.databaseUrl, 'postgres://db/brevet');
  });

  it('from a file of the environment comes before one in the settings file', () => {
    const files = {
      '/run/url': 'postgres://run/brevet',
      '/here/brevet.yaml': 'databaseUrl: postgres://file/brevet',
    };
    assert.equal(
      load({ environment: { BREVET_DATABASE_URL_FILE: '/run/url' }, files }).databaseUrl,
      files['/run/url'],
    );
  });

  it('is not given twice in one place', () => {
    const environment = { BREVET_DATABASE_URL: 'postgres://db/b', BREVET_DATABASE_URL_FILE: '/run/url' };
    assert.deepEqual(problems({ environment }), [
      'BREVET_DATABASE_URL: is given together with BREVET_DATABASE_URL_FILE; expected one of them',
    ]);
    assert.deepEqual(
      problems(
        yaml(`rootAccessKeyId: ${keyId}\nrootSecretAccessKey: ${secret}\nrootSecretAccessKeyFile: /run/key`),
      ),
      [
        'brevet.yaml: rootSecretAccessKey: is given together with brevet.yaml: rootSecretAccessKeyFile; expected one of them',
      ],
    );
  });

  it('whose file cannot be read stops the start', () => {
    assert.deepEqual(problems({ environment: { BREVET_DATABASE_URL_FILE: '/locked/url' } }), [
      'BREVET_DATABASE_URL_FILE: cannot read /locked/url: EACCES',
    ]);
  });

  it('never shows in a complaint, wherever it stands', () => {
    const files = {
      '/run/key': 'hunter2',
      '/here/brevet.yaml': 'databaseUrl: hunter2\nrootAccessKeyId: hunter2',
    };
    const environment = { BREVET_ROOT_SECRET_ACCESS_KEY: 'hunter2' };
    const fromFile = { BREVET_ROOT_SECRET_ACCESS_KEY_FILE: '/run/key' };
    assert.equal(problems({ environment, files }).length, 3);
    assert.doesNotMatch(problems({ environment, files }).join('\n'), /hunter2/);
    assert.deepEqual(problems({ environment: fromFile, files: { '/run/key': 'hunter2' } }), [
      'BREVET_ROOT_SECRET_ACCESS_KEY_FILE: expected 40 characters of A-Z a-z 0-9 + / = in /run/key',
    ]);
  });

  it('of the root access key needs its id, and the other way round', () => {
    assert.deepEqual(problems({ environment: { BREVET_ROOT_SECRET_ACCESS_KEY: secret } }), [
      'rootSecretAccessKey: is given without rootAccessKeyId; expected both or neither',
    ]);
    assert.deepEqual(problems(yaml(`rootAccessKeyId: ${keyId}`)), [
      'rootAccessKeyId: is given without rootSecretAccessKey; expected both or neither',
    ]);
  });
});

describe('docs/settings.md', () => {
  const page = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');

  for (const key of settingKeys) {
    it(`describes ${key}`, () => {
      assert(page.includes(`\n| \`${key}\` |`), `docs/settings.md has no row for ${key}`);
    });
  }

  it('describes no key that does not exist', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key);
    assert.deepEqual(rows.toSorted(), settingKeys.toSorted());
  });
});

describe('instances', () => {
  const one = (more = ''): string =>
    `instances: [{ id: i-0123456789abcdef0, instanceProfile: "arn:aws:iam::111122223333:instance-profile/app/web", listen: "127.0.0.1:1338"${more} }]`;

  it('are in the Region of the settings, and need tokens, unless they say otherwise', () => {
    const [plain] = load(yaml(`region: eu-west-1\n${one()}`)).instances;
    assert.deepEqual(plain, {
      listen: { host: '127.0.0.1', port: 1338 },
      profileArn: 'arn:aws:iam::111122223333:instance-profile/app/web',
      tokens: 'required',
      hosts: [],
      facts: {
        id: 'i-0123456789abcdef0',
        accountId: '111122223333',
        region: 'eu-west-1',
        availabilityZone: 'eu-west-1a',
        instanceType: 't3.micro',
        imageId: 'ami-00000000',
        architecture: 'x86_64',
        privateIp: '127.0.0.1',
        hostname: 'ip-127-0-0-1.ec2.internal',
      },
    });
    const [other] = load(
      yaml(one(', tokens: optional, hosts: [IMDS.example.com], region: us-east-2, privateIp: 10.0.0.7')),
    ).instances;
    assert.deepEqual(
      [other?.tokens, other?.hosts, other?.facts.availabilityZone, other?.facts.hostname],
      ['optional', ['imds.example.com'], 'us-east-2a', 'ip-10-0-0-7.ec2.internal'],
    );
  });

  it('need no address: an agent elsewhere asks for their credentials', () => {
    const [quiet] = load(yaml(one().replace(', listen: "127.0.0.1:1338"', ''))).instances;
    assert.deepEqual([quiet?.listen, quiet?.facts.id], [undefined, 'i-0123456789abcdef0']);
  });

  for (const [what, text, complaint] of [
    [
      'an id of another form',
      one(', id: i-1').replace('id: i-0123456789abcdef0, ', ''),
      'instances.0.id: expected the id of an instance: i- and 8 or 17 hexadecimal digits; it is "i-1"',
    ],
    [
      'the ARN of a role',
      one().replace('instance-profile/app', 'role'),
      'instances.0.instanceProfile: expected the ARN of an instance profile, such as arn:aws:iam::111122223333:instance-profile/web; it is "arn:aws:iam::111122223333:role/web"',
    ],
    [
      'another word for tokens',
      one(', tokens: off'),
      'instances.0.tokens: expected one of required, optional; it is "off"',
    ],
    ['a key that does not exist', one(', hopLimit: 1'), 'instances.0.hopLimit: unknown setting'],
    [
      'a name that is none',
      one(', hosts: ["*"]'),
      'instances.0.hosts.0: expected a domain name, such as sts.example.com; it is "*"',
    ],
    [
      'a zone that is none',
      one(', availabilityZone: a'),
      'instances.0.availabilityZone: expected an Availability Zone, such as us-east-1a; it is "a"',
    ],
    [
      'a type that is none',
      one(', instanceType: big'),
      'instances.0.instanceType: expected an instance type, such as t3.micro; it is "big"',
    ],
    [
      'an image that is none',
      one(', imageId: x'),
      'instances.0.imageId: expected the id of an image: ami- and hexadecimal digits; it is "x"',
    ],
    [
      'an address that is none',
      one(', privateIp: "::1"'),
      'instances.0.privateIp: expected an IPv4 address; it is "::1"',
    ],
    [
      'an architecture that is none',
      one(', architecture: z80'),
      'instances.0.architecture: expected one of x86_64, arm64; it is "z80"',
    ],
    ['something else than a list', 'instances: {}', 'instances: expected a list of instances; it is {}'],
    [
      'two of one id',
      one().replace(/(\{.*\})/, '$1, $1'),
      'instances.1.id: is the id of another instance too',
    ],
  ] as const) {
    it(`are refused with ${what}`, () => {
      assert.deepEqual(problems(yaml(text)), [`brevet.yaml: ${complaint}`]);
    });
  }
});

describe('containers', () => {
  const id = '0123456789abcdef0123456789abcdef';
  const one = (
    task = `{ id: ${id}, roleArn: "arn:aws:iam::111122223333:role/web", tokenFile: tokens/web }`,
  ): string => `containers: [{ listen: "127.0.0.1:1339", tasks: [${task}] }]`;

  it('are in the Region of the settings, and their files at its folder', () => {
    assert.deepEqual(load(yaml(`region: eu-west-1\n${one()}`)).containers, [
      {
        listen: { host: '127.0.0.1', port: 1339 },
        hosts: [],
        region: 'eu-west-1',
        tasks: [
          {
            id,
            cluster: 'default',
            roleArn: 'arn:aws:iam::111122223333:role/web',
            tokenFile: '/here/tokens/web',
          },
        ],
      },
    ]);
  });

  for (const [what, text, complaint] of [
    ['no tasks', one(''), 'containers.0.tasks: expected a list of tasks; it is []'],
    [
      'an id that is none',
      one().replace(id, 'x'),
      'containers.0.tasks.0.id: expected the id of a task: 32 hexadecimal digits; it is "x"',
    ],
    [
      'the ARN of a user',
      one().replace('role/', 'user/'),
      'containers.0.tasks.0.roleArn: expected the ARN of a role, such as arn:aws:iam::111122223333:role/web; it is "arn:aws:iam::111122223333:user/web"',
    ],
    [
      'a token as such',
      one().replace('tokenFile', 'token: x, tokenFile'),
      'containers.0.tasks.0.token: unknown setting',
    ],
    [
      'something else than a list',
      'containers: {}',
      'containers: expected a list of container endpoints; it is {}',
    ],
  ] as const) {
    it(`are refused with ${what}`, () => {
      assert.deepEqual(problems(yaml(text)), [`brevet.yaml: ${complaint}`]);
    });
  }
});

describe('clusters', () => {
  const one = (more = ''): string =>
    `clusters: [{ name: production, account: "111122223333", issuer: "https://oidc.example.com/id/1"${more} }]`;

  it('are in the Region of the settings, and their files beside the settings file', () => {
    assert.deepEqual(load(yaml(`region: eu-west-1\n${one(', caFile: ca.pem')}`)).clusters, [
      {
        name: 'production',
        account: '111122223333',
        region: 'eu-west-1',
        issuer: 'https://oidc.example.com/id/1',
        jwksUri: undefined,
        caFile: '/here/ca.pem',
      },
    ]);
  });

  for (const [what, text, complaint] of [
    [
      'a name that is none',
      one().replace('production', '-x'),
      'clusters.0.name: expected the name of a cluster: up to 100 letters, digits, - and _; it is "-x"',
    ],
    [
      'a plain issuer',
      one().replace('https:', 'http:'),
      'clusters.0.issuer: expected an https URL without query, such as https://oidc.example.com/id/1; it is "http://oidc.example.com/id/1"',
    ],
    ['a key of containers', one(', tasks: []'), 'clusters.0.tasks: unknown setting'],
    [
      'keys at no https URL',
      one(', jwksUri: "https://u:p@example.com/"'),
      'clusters.0.jwksUri: expected an https URL without query, such as https://oidc.example.com/id/1; it is "https://u:p@example.com/"',
    ],
    [
      'the name of another',
      one().replace(
        '[',
        '[{ name: production, account: "111122223333", issuer: "https://other.example.com" }, ',
      ),
      'clusters.1.name: is the name of another cluster of the account and the Region too',
    ],
  ] as const) {
    it(`cannot have ${what}`, () => {
      const [problem = ''] = problems(yaml(text));
      assert.equal(problem.replace(/; did you mean .*$/, ''), `brevet.yaml: ${complaint}`);
    });
  }
});
