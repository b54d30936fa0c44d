export type Fields = Readonly<Record<string, unknown>>;

/** A pod as the API server sends it for admission, when a ReplicaSet makes it: it has no name yet. */
export function podOf(spec: Fields = {}, metadata: Fields = {}): Fields {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      generateName: 'cart-6f9b94b4-',
      creationTimestamp: null,
      labels: { app: 'cart', 'pod-template-hash': '6f9b94b4' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'cart-6f9b94b4',
          uid: '5b8e9b52-7c3f-4f1e-9d52-0a9c1e1f2d3c',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      ...metadata,
    },
    spec: {
      volumes: [
        {
          name: 'kube-api-access-x7k2p',
          projected: {
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            ],
            defaultMode: 420,
          },
        },
      ],
      containers: [container('app')],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'cart',
      serviceAccount: 'cart',
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
      ...spec,
    },
    status: {},
  };
}

export function container(name: string, more: Fields = {}): Fields {
  return {
    name,
    image: 'registry.example.com/cart:1.4.2',
    resources: {},
    volumeMounts: [
      {
        name: 'kube-api-access-x7k2p',
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ],
    terminationMessagePath: '/dev/termination-log',
    imagePullPolicy: 'IfNotPresent',
    ...more,
  };
}

/** The question about a pod that is made, as of admission.k8s.io/v1; the request may be changed. */
export function reviewOf(object: Fields, request: Fields = {}): Fields {
  const pods = { group: '', version: 'v1', resource: 'pods' };
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind,
      resource: pods,
      requestKind: kind,
      requestResource: pods,
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:kube-system:replicaset-controller',
        groups: ['system:serviceaccounts', 'system:authenticated'],
      },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      ...request,
    },
  };
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

/** What a document is once a patch is applied (RFC 6902 §4.1). Fails for anything but additions to what is there. */
export function applyPatch(document: Fields, patch: readonly Operation[]): Fields {
  const result = structuredClone(document) as Record<string, unknown>;
  for (const { op, path, value } of patch) {
    if (op !== 'add') throw new Error(`${op} is no addition`);
    const names = path.split('/').slice(1);
    const last = names.pop() ?? '';
    let parent: unknown = result;
    for (const name of names) parent = (parent as Record<string, unknown>)[name];
    if (Array.isArray(parent)) {
      if (last !== '-') throw new Error(`${path} moves what is there`);
      parent.push(value);
    } else if (typeof parent === 'object' && parent !== null && isAbsent(parent, last)) {
      (parent as Record<string, unknown>)[last] = value;
    } else throw new Error(`${path} cannot be added`);
  }
  return result;
}

/** Go writes null for a list that is not there. */
function isAbsent(parent: object, name: string): boolean {
  return ((parent as Fields)[name] ?? undefined) === undefined;
}
