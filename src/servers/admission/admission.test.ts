import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openOutboundHttp } from '#stores/outbound-http';
import { applyPatch, container, type Fields, podOf, reviewOf } from '../../../test/admission-review.ts';
import { createAuthority } from '../../../test/certificate-authority.ts';
import { type KubernetesApi, startKubernetesApi } from '../../../test/kubernetes-api.ts';
import { type AdmittedPod, createAdmission, createServiceAccounts } from './index.ts';

const roleArn = 'arn:aws:iam::111122223333:role/app/cart';
const annotation = { 'eks.amazonaws.com/role-arn': roleArn };
const tokenFile = '/var/run/secrets/eks.amazonaws.com/serviceaccount/token';
const mount = {
  name: 'aws-iam-token',
  readOnly: true,
  mountPath: '/var/run/secrets/eks.amazonaws.com/serviceaccount',
};
const region = [
  { name: 'AWS_DEFAULT_REGION', value: 'eu-west-1' },
  { name: 'AWS_REGION', value: 'eu-west-1' },
];
const identity = [
  { name: 'AWS_ROLE_ARN', value: roleArn },
  { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: tokenFile },
];
const endpoint = [{ name: 'AWS_ENDPOINT_URL_STS', value: 'https://sts.example.com' }];

const authority = createAuthority();
let api: KubernetesApi;
let now = 0;
let admitted: AdmittedPod[] = [];
let refused: string[] = [];
let handle: ReturnType<typeof createAdmission>;

before(async () => {
  api = await startKubernetesApi(authority);
});
after(() => api.stop());

beforeEach(() => {
  api.accounts.clear();
  api.accounts.set('shop/cart', annotation);
  api.asked.length = 0;
  api.failsWith = undefined;
  api.kind = 'ServiceAccount';
  [now, admitted, refused] = [0, [], []];
  let tokens = 0;
  handle = createAdmission({
    defaults: {
      annotationPrefix: 'eks.amazonaws.com',
      audience: 'sts.amazonaws.com',
      expirationSeconds: 86_400,
      stsUrl: 'https://sts.example.com',
      region: 'eu-west-1',
      regionalEndpoints: false,
    },
    findAnnotations: createServiceAccounts({
      http: openOutboundHttp({ guard: () => true, authorities: [] }),
      url: api.url,
      authorities: [authority.certificate],
      token: () => {
        tokens += 1;
        return Promise.resolve(`token-${tokens}`);
      },
      clock: () => now,
    }),
    onAdmitted: (pod) => admitted.push(pod),
    onRefused: (what) => refused.push(what),
  });
});

function post(body: string, type = 'application/json', more: object = {}) {
  return handle({
    method: 'POST',
    target: '/mutate?timeout=10s',
    rawHeaders: ['Content-Type', type],
    body: Buffer.from(body),
    sourceIp: '10.0.0.1',
    secure: true,
    ...more,
  });
}

interface Verdict {
  readonly allowed: boolean;
  readonly status?: { readonly code: number; readonly message: string };
  readonly patchType?: string;
  readonly patch?: string;
}

async function judge(review: Fields): Promise<Verdict> {
  const { status, body } = await post(JSON.stringify(review));
  assert.equal(status, 200);
  const { response, ...rest } = JSON.parse(body);
  assert.deepEqual(rest, { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' });
  const { uid, ...verdict } = response;
  assert.equal(uid, '705ab4f5-6393-11e8-b7cc-42010a800002');
  return verdict;
}

/** The pod as it is once what the webhook answers is done to it. */
async function admit(pod: Fields): Promise<{ readonly spec: Record<string, readonly Fields[]> }> {
  const { allowed, patchType, patch = '' } = await judge(reviewOf(pod));
  assert.deepEqual([allowed, patchType], [true, 'JSONPatch']);
  return applyPatch(
    JSON.parse(JSON.stringify(pod)),
    JSON.parse(Buffer.from(patch, 'base64').toString()),
  ) as never;
}

describe('a pod of a service account with a role', () => {
  test('gets what SDKs need, beside all that it has', async () => {
    const pod = podOf();
    const { spec: before } = pod as { spec: { volumes: Fields[]; containers: [{ volumeMounts: Fields[] }] } };
    const [app] = before.containers;
    const after = await admit(pod);
    assert.deepEqual(after, {
      ...pod,
      spec: {
        ...(pod.spec as Fields),
        volumes: [
          ...before.volumes,
          {
            name: 'aws-iam-token',
            projected: {
              sources: [
                {
                  serviceAccountToken: {
                    audience: 'sts.amazonaws.com',
                    expirationSeconds: 86_400,
                    path: 'token',
                  },
                },
              ],
            },
          },
        ],
        containers: [
          {
            ...app,
            volumeMounts: [...app.volumeMounts, mount],
            env: [...region, ...identity, ...endpoint],
          },
        ],
      },
    });
    assert.deepEqual(admitted, [
      { namespace: 'shop', name: 'cart-6f9b94b4-', serviceAccount: 'cart', roleArn, changes: 3 },
    ]);
  });

  test('gets it in each container and init container, but for those it wants left alone', async () => {
    const pod = podOf(
      {
        initContainers: [container('migrate'), container('wait')],
        containers: [container('app'), container('proxy')],
      },
      { annotations: { 'eks.amazonaws.com/skip-containers': 'wait, proxy' } },
    );
    const { spec } = await admit(pod);
    const names = (list: string) => spec[list]?.map(({ name, env }) => [name, env !== undefined]);
    assert.deepEqual(names('initContainers'), [
      ['migrate', true],
      ['wait', false],
    ]);
    assert.deepEqual(names('containers'), [
      ['app', true],
      ['proxy', false],
    ]);
  });

  test('keeps what its containers set themselves', async () => {
    for (const [own, added] of [
      [[{ name: 'AWS_ROLE_ARN', value: 'own' }], [...region, ...endpoint]],
      [[{ name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/own' }], [...region, ...endpoint]],
      [[{ name: 'AWS_REGION', value: 'us-east-1' }], [...identity, ...endpoint]],
      [[{ name: 'AWS_ENDPOINT_URL', value: 'http://own' }], [...region, ...identity]],
      [
        [{ name: 'AWS_ENDPOINT_URL_STS', valueFrom: { configMapKeyRef: { name: 'own', key: 'sts' } } }],
        [...region, ...identity],
      ],
    ] as const) {
      const { spec } = await admit(podOf({ containers: [container('app', { env: own })] }));
      assert.deepEqual(spec.containers?.[0]?.env, [...own, ...added]);
    }
  });

  test('has lists made where it has none', async () => {
    const bare = { name: 'app', image: 'x', env: null };
    const { spec } = await admit(podOf({ volumes: undefined, containers: [bare] }));
    assert.deepEqual(
      [spec.volumes?.length, spec.containers],
      [1, [{ ...bare, env: [...region, ...identity, ...endpoint], volumeMounts: [mount] }]],
    );
  });

  test('is not given a second volume or a second mount at its place', async () => {
    const volume = { name: 'aws-iam-token', emptyDir: {} };
    const mounted = container('app', {
      volumeMounts: [{ name: 'own', mountPath: `${mount.mountPath}/` }],
    });
    const { spec } = await admit(podOf({ volumes: [volume], containers: [mounted] }));
    assert.deepEqual(spec.volumes, [volume]);
    assert.deepEqual(spec.containers?.[0]?.volumeMounts, mounted.volumeMounts);
  });

  test('is not changed when it has all of it, as when it is admitted a second time', async () => {
    const once = await admit(podOf());
    assert.deepEqual(await judge(reviewOf(once as never)), { allowed: true });
  });

  for (const [what, accounts, pod, expected] of [
    ['audience', { audience: 'brevet' }, {}, { audience: 'brevet', expirationSeconds: 86_400 }],
    ['time', { 'token-expiration': '7200' }, {}, { audience: 'sts.amazonaws.com', expirationSeconds: 7200 }],
    [
      'time that the pod wants instead',
      { 'token-expiration': '7200' },
      { 'token-expiration': '10800' },
      { audience: 'sts.amazonaws.com', expirationSeconds: 10_800 },
    ],
    [
      'time that is too short',
      { 'token-expiration': '60' },
      {},
      { audience: 'sts.amazonaws.com', expirationSeconds: 3600 },
    ],
    [
      'time that is none',
      { 'token-expiration': '1h' },
      {},
      { audience: 'sts.amazonaws.com', expirationSeconds: 86_400 },
    ],
  ] as const) {
    test(`has a token of its service account's ${what}`, async () => {
      const named = (given: object): Record<string, string> =>
        Object.fromEntries(Object.entries(given).map(([key, value]) => [`eks.amazonaws.com/${key}`, value]));
      api.accounts.set('shop/cart', { ...annotation, ...named(accounts) });
      const { spec } = await admit(podOf({ volumes: [] }, { annotations: named(pod) }));
      assert.deepEqual(spec.volumes?.[0]?.projected, {
        sources: [{ serviceAccountToken: { ...expected, path: 'token' } }],
      });
    });
  }

  test('uses the endpoint of its Region when its service account says so', async () => {
    api.accounts.set('shop/cart', { ...annotation, 'eks.amazonaws.com/sts-regional-endpoints': 'true' });
    const { spec } = await admit(podOf());
    const regional = { name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'regional' };
    assert.deepEqual(spec.containers?.[0]?.env, [regional, ...region, ...identity, ...endpoint]);
  });

  test('finds its token where Windows has it', async () => {
    const { spec } = await admit(podOf({ nodeSelector: { 'kubernetes.io/os': 'windows' } }));
    const env = spec.containers?.[0]?.env as readonly { name: string; value: string }[];
    assert.equal(
      env.find(({ name }) => name === 'AWS_WEB_IDENTITY_TOKEN_FILE')?.value,
      'C:\\var\\run\\secrets\\eks.amazonaws.com\\serviceaccount\\token',
    );
  });
});

describe('what is left as it is', () => {
  test('a pod of a service account without a role', async () => {
    api.accounts.set('shop/cart', { other: 'x' });
    assert.deepEqual(await judge(reviewOf(podOf())), { allowed: true });
    api.accounts.set('shop/default', {});
    assert.deepEqual(await judge(reviewOf(podOf({ serviceAccountName: undefined }))), { allowed: true });
  });

  test('an ephemeral container, and a pod that is updated', async () => {
    const debug = podOf({ ephemeralContainers: [container('debug')] });
    for (const request of [
      { operation: 'UPDATE', subResource: 'ephemeralcontainers' },
      { operation: 'UPDATE' },
      { operation: 'DELETE', object: null },
      { operation: 'CREATE', subResource: 'binding' },
    ])
      assert.deepEqual(await judge(reviewOf(debug, request)), { allowed: true });
    assert.deepEqual(api.asked, []);
  });
});

describe('a pod is refused', () => {
  const unreadable = {
    allowed: false,
    status: {
      code: 503,
      message:
        'Brevet cannot read service account cart in namespace shop, so it is not known which role the pod is to have.',
    },
  };

  test('when its service account cannot be read, and no longer than that', async () => {
    for (const status of [403, 500]) {
      api.failsWith = status;
      assert.deepEqual(await judge(reviewOf(podOf())), unreadable);
    }
    api.failsWith = undefined;
    api.kind = 'Secret';
    assert.deepEqual(await judge(reviewOf(podOf())), unreadable);
    api.kind = 'ServiceAccount';
    api.accounts.clear();
    assert.deepEqual(await judge(reviewOf(podOf())), unreadable);
    assert.equal(refused.length, 4);
    api.accounts.set('shop/cart', annotation);
    assert.equal((await judge(reviewOf(podOf()))).allowed, true);
  });

  test('when its service account has a name that leads elsewhere', async () => {
    for (const serviceAccountName of ['../../secrets/x', 'a?b', 'A', '']) {
      const { allowed, status } = await judge(reviewOf(podOf({ serviceAccountName })));
      assert.deepEqual([allowed, status?.code], [false, 503]);
    }
    assert.deepEqual(api.asked, []);
  });

  test('when the role of its service account is none', async () => {
    for (const wrong of [
      'cart',
      'arn:aws:iam::111122223333:user/cart',
      'arn:aws:iam::1:role/cart',
      `${roleArn}/`,
    ]) {
      now += 5000;
      api.accounts.set('shop/cart', { 'eks.amazonaws.com/role-arn': wrong });
      assert.deepEqual(await judge(reviewOf(podOf())), {
        allowed: false,
        status: {
          code: 403,
          message:
            'Of service account cart in namespace shop: eks.amazonaws.com/role-arn is not the ARN of a role.',
        },
      });
    }
  });

  test('when it is no pod', async () => {
    const only = { allowed: false, status: { code: 400, message: 'Only pods are admitted here.' } };
    for (const resource of [
      { group: 'apps', version: 'v1', resource: 'deployments' },
      { group: '', version: 'v1', resource: 'services' },
      undefined,
    ])
      assert.deepEqual(await judge(reviewOf(podOf(), { resource })), only);
    const none = { allowed: false, status: { code: 400, message: 'The review holds no pod.' } };
    for (const request of [{ object: null }, { object: { spec: [] } }, { namespace: undefined }])
      assert.deepEqual(await judge(reviewOf(podOf(), request)), none);
  });

  test('when its lists are none', async () => {
    for (const spec of [
      { containers: 'app' },
      { containers: [1] },
      { initContainers: {} },
      { volumes: [null] },
    ]) {
      assert.deepEqual(await judge(reviewOf(podOf(spec))), {
        allowed: false,
        status: { code: 400, message: 'The pod is not of the form of a pod.' },
      });
    }
  });
});

describe('the API server', () => {
  test('is asked with the token of the moment, once for pods that come together, and again soon', async () => {
    await Promise.all(Array.from({ length: 10 }, () => judge(reviewOf(podOf()))));
    now = 4999;
    await judge(reviewOf(podOf()));
    now = 5000;
    await judge(reviewOf(podOf()));
    const path = '/api/v1/namespaces/shop/serviceaccounts/cart';
    assert.deepEqual(api.asked, [
      [path, 'Bearer token-1'],
      [path, 'Bearer token-2'],
    ]);
  });
});

describe('what is no question about a pod', () => {
  const malformed = 'The body is no AdmissionReview of admission.k8s.io/v1.';
  const review = reviewOf(podOf());
  for (const [what, body] of [
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['another kind', JSON.stringify({ ...review, kind: 'Pod' })],
    ['an older version', JSON.stringify({ ...review, apiVersion: 'admission.k8s.io/v1beta1' })],
    ['no request', JSON.stringify({ ...review, request: undefined })],
    ['no id', JSON.stringify(reviewOf(podOf(), { uid: '' }))],
  ] as const) {
    test(`is refused: ${what}`, async () => {
      const { status, body: text } = await post(body);
      assert.deepEqual([status, text], [400, malformed]);
    });
  }

  test('is refused by its length, its type, its method and its path', async () => {
    const answers = [
      await post(`"${' '.repeat(3_145_728)}"`),
      await post('{}', 'text/plain'),
      await post('', 'application/json', { method: 'GET' }),
      await post('{}', 'application/json', { target: '/' }),
    ];
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body]),
      [
        [413, 'The review is too long.'],
        [415, 'Only application/json is read.'],
        [405, 'Only POST is answered.'],
        [404, 'There is nothing but /mutate.'],
      ],
    );
  });

  test('is answered: whether it is well', async () => {
    const { status, body } = await post('', '', { method: 'GET', target: '/healthz' });
    assert.deepEqual([status, body], [200, 'ok']);
  });
});
