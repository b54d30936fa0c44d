import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from '../started-service.ts';
import type { Fields } from './minimal-input.ts';

interface Request {
  readonly headers: Record<string, string>;
}

type Handler = (args: { readonly request: Request }) => Promise<unknown>;

interface Options {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/** A client of EKS Auth, whose package is not at hand, in the SDK's form as far as the sweeps use it, with the SDK's own signer. */
class EKSAuthClient {
  readonly #options: Options;
  #middleware: (next: Handler) => Handler = (next) => next;
  readonly middlewareStack = {
    add: (middleware: (next: Handler) => Handler): void => {
      this.#middleware = middleware;
    },
  };

  constructor(options: Options) {
    this.#options = options;
  }

  destroy(): void {}

  async send({ input }: AssumeRoleForPodIdentityCommand): Promise<Fields> {
    const { region, credentials } = this.#options;
    const endpoint = new URL(this.#options.endpoint);
    const { clusterName, ...members } = input;
    const path = `/clusters/${encodeURIComponent(String(clusterName))}/assume-role-for-pod-identity`;
    const body = JSON.stringify(members);
    const signer = new SignatureV4({ credentials, region, service: 'eks-auth', sha256: Sha256 });
    const { headers } = await signer.sign(
      new HttpRequest({
        method: 'POST',
        hostname: endpoint.hostname,
        port: Number(endpoint.port),
        path,
        headers: { host: endpoint.host, 'content-type': 'application/json' },
        body,
      }),
    );
    const answer = await this.#middleware(({ request }) => {
      const { host: _host, ...sent } = request.headers;
      return fetch(new URL(path, endpoint), { method: 'POST', headers: sent, body });
    })({ request: { headers } });
    return readAnswer(answer as Response);
  }
}

async function readAnswer(response: Response): Promise<Fields> {
  const answer = (await response.json()) as Fields & { readonly message?: string };
  const $metadata = {
    httpStatusCode: response.status,
    requestId: response.headers.get('x-amzn-requestid') ?? undefined,
  };
  if (response.ok) return { ...answer, $metadata };
  const { message, ...members } = answer;
  const name = response.headers.get('x-amzn-errortype') ?? '';
  throw Object.assign(new Error(message), { ...members, name, $fault: 'client', $metadata });
}

class AssumeRoleForPodIdentityCommand {
  readonly input: Fields;

  constructor(input: Fields) {
    this.input = input;
  }
}

/** What the sweeps take for the library of a client. */
export const eksAuthLibrary = { EKSAuthClient, AssumeRoleForPodIdentityCommand };
