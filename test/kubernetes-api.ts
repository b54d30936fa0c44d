import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authority } from './certificate-authority.ts';

/** The API server of a test, as far as it knows service accounts. */
export interface KubernetesApi {
  readonly url: string;
  /** The annotations of service accounts, by `namespace/name`. */
  readonly accounts: Map<string, Readonly<Record<string, string>>>;
  /** `Authorization` of every request it has had, with its path. */
  readonly asked: (readonly [path: string, authorization: string | undefined])[];
  /** The status it answers with instead, while a test says so. */
  failsWith: number | undefined;
  /** What it says the things are that it knows. */
  kind: string;
  stop(): Promise<void>;
}

export async function startKubernetesApi(authority: Authority): Promise<KubernetesApi> {
  const { certificate: cert, privateKey: key } = authority.issue(['127.0.0.1']);
  const server = createServer({ cert, key }, (request, response) => {
    const { url = '', headers } = request;
    api.asked.push([url, headers.authorization]);
    const [, namespace = '', name = ''] =
      /^\/api\/v1\/namespaces\/([^/]+)\/serviceaccounts\/([^/]+)$/.exec(url) ?? [];
    const annotations = api.accounts.get(`${namespace}/${name}`);
    const status = api.failsWith ?? (annotations === undefined ? 404 : 200);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        status === 200
          ? { kind: api.kind, apiVersion: 'v1', metadata: { name, namespace, annotations } }
          : { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: KubernetesApi = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accounts: new Map(),
    asked: [],
    failsWith: undefined,
    kind: 'ServiceAccount',
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
}
