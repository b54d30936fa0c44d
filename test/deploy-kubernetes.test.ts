import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { type CommandLinePorts, runCommandLine } from '../src/main/command-line/index.ts';
import { noPeople } from './no-people.ts';

// The manifests of deploy/kubernetes, against what the commands take and against each other.

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}
interface Port {
  readonly name: string;
  readonly containerPort: number;
}
interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly Port[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
}
interface Workload extends Named {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName?: string;
        readonly containers: readonly [Container];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
    readonly volumeClaimTemplates?: readonly Named[];
  };
}
interface Listening {
  readonly host: string;
  readonly port: number;
}

const folder = new URL('../deploy/kubernetes/', import.meta.url);
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => {
    const parsed = parseAllDocuments(readFileSync(new URL(name, folder), 'utf8'));
    assert.ok(Array.isArray(parsed));
    return parsed.map((document) => {
      assert.deepEqual([...document.errors, ...document.warnings], [], name);
      return document.toJS() as Named;
    });
  });

function find<D extends Named>(kind: string, name: string): D {
  const found = documents.find((one) => one.kind === kind && one.metadata.name === name);
  assert.ok(found, `${kind} ${name}`);
  return found as D;
}

const workloads = documents.filter(({ kind }) =>
  ['StatefulSet', 'Deployment', 'DaemonSet'].includes(kind),
) as readonly Workload[];

/** Runs what a container runs as far as its settings; returns them. */
async function settingsOf({ args }: Container): Promise<{ readonly listen: Listening }> {
  const ran: { readonly listen: Listening }[] = [];
  const serve = async (settings: { readonly listen: Listening }): Promise<void> => {
    ran.push(settings);
  };
  const never = (): never => {
    throw new Error('not in a manifest');
  };
  let stderr = '';
  const ports: CommandLinePorts = {
    ...noPeople,
    version: '0',
    environment: { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
    workingDirectory: '/',
    readFile: (path) => {
      const { data } = find<Named & { readonly data: Readonly<Record<string, string>> }>(
        'ConfigMap',
        'brevet',
      );
      const text = data[path.replace('/etc/brevet/', '')];
      assert.ok(text, path);
      return text;
    },
    readInput: never,
    now: never,
    interrupted: never,
    isTerminal: false,
    ...{ serve, servePods: serve, serveWebhook: serve },
    ...{ serveAuthorizer: never, serveInstance: never, serveGateway: never },
    stdout: never,
    stderr: (text) => {
      stderr += text;
    },
  };
  assert.equal(await runCommandLine(args, ports), 0, stderr);
  const [settings] = ran;
  assert.ok(settings);
  return settings;
}

describe('the manifests for Kubernetes', () => {
  test('run the service, the webhook and the agent', () => {
    const commands = workloads.map(({ spec }) => spec.template.spec.containers[0].args[0]);
    assert.deepEqual(commands.toSorted(), ['imds', 'k8s-webhook', 'serve']);
  });

  for (const { kind, metadata, spec } of workloads) {
    const { template } = spec;
    const [container] = template.spec.containers;

    test(`${kind} ${metadata.name} is started with options that its command takes, and listens where it says`, async () => {
      const { listen } = await settingsOf(container);
      assert.equal(container.ports[0]?.containerPort, listen.port);
    });

    test(`${kind} ${metadata.name} selects its own pods and has what they mount and are probed at`, () => {
      assert.deepEqual(spec.selector.matchLabels, template.metadata.labels);
      const volumes = [
        ...template.spec.volumes.map(({ name }) => name),
        ...(spec.volumeClaimTemplates ?? []).map(({ metadata: { name } }) => name),
      ];
      for (const { name } of container.volumeMounts) assert.ok(volumes.includes(name), name);
      const probe = container.readinessProbe?.httpGet;
      if (probe !== undefined) assert.ok(container.ports.some(({ name }) => name === probe.port));
      if (template.spec.serviceAccountName !== undefined)
        find('ServiceAccount', template.spec.serviceAccountName);
    });
  }

  test('have services that lead to ports of pods', () => {
    for (const service of documents.filter(({ kind }) => kind === 'Service') as readonly (Named & {
      readonly spec: {
        readonly selector: Readonly<Record<string, string>>;
        readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
      };
    })[]) {
      const { selector, ports } = service.spec;
      const workload = workloads.find(({ spec }) => spec.selector.matchLabels.app === selector.app);
      for (const { port, targetPort } of ports) {
        assert.equal(port, 443);
        assert.ok(workload?.spec.template.spec.containers[0].ports.some(({ name }) => name === targetPort));
      }
    }
  });

  test('have the API server ask about new pods alone, where the webhook answers, and refuse them when it does not', () => {
    const { webhooks } = find<
      Named & {
        readonly webhooks: readonly [
          {
            readonly failurePolicy: string;
            readonly admissionReviewVersions: readonly string[];
            readonly sideEffects: string;
            readonly clientConfig: { readonly service: Readonly<Record<string, unknown>> };
            readonly rules: readonly object[];
            readonly namespaceSelector: {
              readonly matchExpressions: readonly [{ readonly values: readonly string[] }];
            };
          },
        ];
      }
    >('MutatingWebhookConfiguration', 'brevet-webhook');
    const [webhook] = webhooks;
    assert.deepEqual(
      [webhook.failurePolicy, webhook.admissionReviewVersions, webhook.sideEffects],
      ['Fail', ['v1'], 'None'],
    );
    const { service } = webhook.clientConfig;
    assert.deepEqual(service, { name: 'brevet-webhook', namespace: 'brevet', port: 443, path: '/mutate' });
    find('Service', String(service.name));
    assert.deepEqual(webhook.rules, [
      {
        apiGroups: [''],
        apiVersions: ['v1'],
        operations: ['CREATE'],
        resources: ['pods'],
        scope: 'Namespaced',
      },
    ]);
    // It could not come up if it had to be asked about itself.
    assert.ok(webhook.namespaceSelector.matchExpressions[0].values.includes('brevet'));
  });

  test('let the webhook read service accounts, and nothing else', () => {
    const { rules } = find<Named & { readonly rules: object }>('ClusterRole', 'brevet-webhook');
    assert.deepEqual(rules, [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get'] }]);
  });
});
