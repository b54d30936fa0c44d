import * as sdk from '@aws-sdk/client-rolesanywhere';
import { toJsonValue } from '#wire/json-value';
import { type OperationModel, serviceModels } from '#wire/model';
import { prepareCreateSession } from '../anywhere-signer.ts';
import type { Credentials } from '../started-service.ts';
import { createTestAuthority, ecKeys, type IssuedCertificate, type KeyPair } from '../x509-writer.ts';
import type { Fields } from './minimal-input.ts';
import { type ClientOptions, type Middleware, sendPrepared, sendSigned } from './signed-call.ts';

/** What the SDK's release at hand does not have yet. */
const missing = [
  'DeleteAttributeMapping',
  'PutAttributeMapping',
  'PutNotificationSettings',
  'ResetNotificationSettings',
] as const;

/** A call that is made from the model alone. */
class ModelCommand {
  readonly operation: OperationModel;
  readonly input: Fields;

  constructor(name: string, input: Fields) {
    const operation = serviceModels.rolesanywhere.operations.get(name);
    if (operation === undefined) throw new Error(`there is no operation ${name}`);
    this.operation = operation;
    this.input = input;
  }
}

/** The keys that callers have here: a key pair for each secret. */
const keysOfSecrets = new Map<string, KeyPair>();
/** The certificates that callers have: issued once for an access key id, for the key of its secret. */
const certificates = new Map<string, IssuedCertificate>();
const authority = createTestAuthority();

function keysOf({ secretAccessKey }: Credentials): KeyPair {
  const keys = keysOfSecrets.get(secretAccessKey) ?? ecKeys();
  keysOfSecrets.set(secretAccessKey, keys);
  return keys;
}

/** CreateSession, for which no SDK has a signer: the caller has a certificate in place of an access key. */
class CreateSessionCommand {
  readonly input: Fields;

  constructor(input: Fields) {
    this.input = input;
  }

  async send({ endpoint, credentials }: ClientOptions, middleware: Middleware): Promise<Fields> {
    const { accessKeyId } = credentials;
    const keys = keysOf(credentials);
    const signer = certificates.get(accessKeyId) ?? authority.issue({ keys });
    certificates.set(accessKeyId, signer);
    const { profileArn, roleArn, trustAnchorArn, ...body } = this.input;
    const {
      target,
      headers,
      body: text,
    } = prepareCreateSession({
      ...{ endpoint, signer, key: keys.privateKey, body },
      arns: { profileArn, roleArn, trustAnchorArn },
    });
    return await sendPrepared(endpoint, middleware, {
      method: 'POST',
      target,
      rawHeaders: Object.entries(headers).flat(),
      body: Buffer.from(text),
    });
  }
}

/** The SDK's client, which calls from the model what the SDK does not have. */
class RolesAnywhereClient {
  readonly #options: ClientOptions;
  readonly #sdk: sdk.RolesAnywhereClient;
  #middleware: Middleware = (next) => next;
  readonly middlewareStack = {
    add: (middleware: Middleware, options: { step: 'deserialize'; priority: 'low' }): void => {
      this.#middleware = middleware;
      this.#sdk.middlewareStack.add(middleware as never, options);
    },
  };

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#sdk = new sdk.RolesAnywhereClient(options);
  }

  destroy(): void {
    this.#sdk.destroy();
  }

  async send(command: unknown): Promise<Fields> {
    if (command instanceof CreateSessionCommand) return await command.send(this.#options, this.#middleware);
    const call = readCommand(command);
    if (call === undefined) return (await this.#sdk.send(command as never)) as unknown as Fields;
    const { operation, input } = call;
    return await sendSigned(this.#options, this.#middleware, {
      ...restRequest(operation, input),
      method: operation.http.method,
      service: operation.service.signingName,
      headers: { 'content-type': 'application/json' },
    });
  }
}

/** The call that is to be made from the model: one the SDK does not have, or would not send for want of something in its query. */
function readCommand(command: unknown): ModelCommand | undefined {
  if (command instanceof ModelCommand) return command;
  const given = command as { readonly constructor: { readonly name: string }; readonly input: Fields };
  const call = new ModelCommand(given.constructor.name.replace(/Command$/, ''), given.input);
  const isWithout = call.operation.input?.members.some(
    ({ name, location, required }) =>
      required && location === 'querystring' && given.input[name] === undefined,
  );
  return isWithout === true ? call : undefined;
}

/** A REST-JSON request (AWS REST-JSON 1.1): labels in the path, what belongs there in the query, the rest in the body. */
function restRequest(
  { http, input: shape }: OperationModel,
  input: Fields,
): { readonly target: string; readonly body: Uint8Array } {
  let path = http.uri;
  const query = new URLSearchParams();
  for (const { name, wireName, location } of shape?.members ?? []) {
    const value = input[name];
    if (location === 'uri') path = path.replace(`{${wireName}}`, encodeURIComponent(String(value)));
    if (location !== 'querystring' || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(wireName, String(one));
  }
  const text = query.toString();
  const body = shape === undefined ? '' : JSON.stringify(toJsonValue(shape, input));
  return {
    target: text === '' ? path : `${path}?${text}`,
    body: Buffer.from(http.method === 'DELETE' || http.method === 'GET' ? '' : body),
  };
}

const commands = missing.map((name) => [
  `${name}Command`,
  class extends ModelCommand {
    constructor(input: Fields) {
      super(name, input);
    }
  },
]);

/** What the sweeps take for the library of a client. */
export const rolesanywhereLibrary: Fields = {
  ...sdk,
  ...Object.fromEntries(commands),
  CreateSessionCommand,
  RolesAnywhereClient,
};
