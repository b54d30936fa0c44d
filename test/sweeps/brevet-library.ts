import { hashBody, signRequest } from '#core/sigv4';
import { serviceModels } from '#wire/model';
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

/** A client of Brevet's own service, for which there is no SDK, in the SDK's form as far as the sweeps use it. */
class BrevetClient {
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

  async send({ name, input }: Command): Promise<Fields> {
    const { endpoint, region, credentials } = this.#options;
    const { targetPrefix, signingName } = serviceModels.brevet;
    const body = Buffer.from(JSON.stringify(input));
    const { rawHeaders } = signRequest(
      {
        method: 'POST',
        target: '/',
        rawHeaders: [
          ...['host', new URL(endpoint).host],
          ...['content-type', 'application/x-amz-json-1.1'],
          ...['x-amz-target', `${targetPrefix}.${name}`],
        ],
        bodySha256: hashBody(body),
      },
      { credentials, region, service: signingName, now: Date.now() },
    );
    const headers: Record<string, string> = {};
    for (let index = 0; index + 1 < rawHeaders.length; index += 2)
      headers[rawHeaders[index] ?? ''] = rawHeaders[index + 1] ?? '';
    const answer = await this.#middleware(async ({ request }) => {
      const { host: _host, ...sent } = request.headers;
      return await fetch(endpoint, { method: 'POST', headers: sent, body });
    })({ request: { headers } });
    return readAnswer(answer as Response);
  }
}

async function readAnswer(response: Response): Promise<Fields> {
  const answer = (await response.json()) as Fields & { readonly __type?: string; readonly message?: string };
  const $metadata = {
    httpStatusCode: response.status,
    requestId: response.headers.get('x-amzn-requestid') ?? undefined,
  };
  if (response.ok) return { ...answer, $metadata };
  const { __type: name = '', message, ...members } = answer;
  throw Object.assign(new Error(message), { ...members, name, $fault: 'client', $metadata });
}

class Command {
  readonly name: string;
  readonly input: Fields;

  constructor(name: string, input: Fields) {
    this.name = name;
    this.input = input;
  }
}

class GetSigningKeyCommand extends Command {
  constructor(input: Fields) {
    super('GetSigningKey', input);
  }
}

class GetChangesCommand extends Command {
  constructor(input: Fields) {
    super('GetChanges', input);
  }
}

class GetBucketCommand extends Command {
  constructor(input: Fields) {
    super('GetBucket', input);
  }
}

class CreateBucketCommand extends Command {
  constructor(input: Fields) {
    super('CreateBucket', input);
  }
}

class DeleteBucketCommand extends Command {
  constructor(input: Fields) {
    super('DeleteBucket', input);
  }
}

class PutBucketPolicyCommand extends Command {
  constructor(input: Fields) {
    super('PutBucketPolicy', input);
  }
}

class DeleteBucketPolicyCommand extends Command {
  constructor(input: Fields) {
    super('DeleteBucketPolicy', input);
  }
}

/** What the sweeps take for the library of a client. */
export const brevetLibrary: Fields = {
  BrevetClient,
  GetSigningKeyCommand,
  GetChangesCommand,
  GetBucketCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  PutBucketPolicyCommand,
  DeleteBucketPolicyCommand,
};
