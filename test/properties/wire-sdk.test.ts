import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as account from '@aws-sdk/client-account';
import * as iam from '@aws-sdk/client-iam';
import * as organizations from '@aws-sdk/client-organizations';
import * as sts from '@aws-sdk/client-sts';
import { HttpResponse } from '@smithy/protocol-http';
import { fault } from '#wire/faults';
import { decodeJson, encodeJson, encodeJsonFault } from '#wire/json';
import { type OperationModel, type ServiceModel, type Shape, serviceModels } from '#wire/model';
import { decodeQuery, encodeQueryFaultXml, encodeQueryXml, parseForm } from '#wire/query';
import { decodeRestJson, encodeRestJson, matchRoute } from '#wire/rest-json';

/** What the SDK put on the wire. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

type Send = (operation: string, input: unknown, answer: (sent: Sent) => Answer) => Promise<unknown>;

interface Sdk {
  readonly model: ServiceModel;
  readonly send: Send;
}

type Fields = Readonly<Record<string, unknown>>;

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };

/** The SDK's client of one service with its transport taken away: every request is answered by the test. */
function sdk(
  model: ServiceModel,
  library: Fields,
  createClient: (requestHandler: { handle(request: Sent): Promise<object> }) => unknown,
): Sdk {
  return {
    model,
    async send(operation, input, answer) {
      const handle = async (request: Sent): Promise<object> => {
        const { status, headers, body } = answer(request);
        return { response: new HttpResponse({ statusCode: status, headers, body: Buffer.from(body) }) };
      };
      const client = createClient({ handle }) as { send(command: unknown): Promise<Fields> };
      const Command = library[`${operation}Command`] as new (value: unknown) => unknown;
      const { $metadata, ...output } = await client.send(new Command(input));
      assert.ok($metadata);
      return output;
    },
  };
}

const options = { region: 'us-east-1', credentials, endpoint: 'http://localhost', maxAttempts: 1 };

const sdks: readonly Sdk[] = [
  sdk(serviceModels.sts, sts, (requestHandler) => new sts.STSClient({ ...options, requestHandler })),
  sdk(serviceModels.iam, iam, (requestHandler) => new iam.IAMClient({ ...options, requestHandler })),
  sdk(
    serviceModels.organizations,
    organizations,
    (requestHandler) => new organizations.OrganizationsClient({ ...options, requestHandler }),
  ),
  sdk(
    serviceModels.account,
    account,
    (requestHandler) => new account.AccountClient({ ...options, requestHandler }),
  ),
];

/** A value of the shape with something in every member, as the wire floor holds it. */
function sample(shape: Shape, depth = 0): unknown {
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        shape.members
          // Self-containing shapes stop somewhere.
          .filter((member) => depth < 6 || member.required)
          .map((member) => [member.name, sample(member.shape, depth + 1)]),
      );
    case 'list':
      return depth < 6 ? [sample(shape.member, depth + 1), sample(shape.member, depth + 1)] : [];
    case 'map':
      return { [String(sample(shape.key, depth + 1))]: sample(shape.value, depth + 1) };
    case 'string':
      return shape.enum?.[0] ?? 'a b+c&d=é%20<"\'>☃\u{1f510}';
    case 'boolean':
      return true;
    case 'timestamp':
      return Date.UTC(2026, 0, 2, 3, 4, 5);
    case 'blob':
      return new Uint8Array([0, 1, 254, 255]);
    default:
      return shape.min ?? 7;
  }
}

/** The SDK's view of a value: dates where we hold milliseconds. */
function forSdk(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        shape.members
          .filter((member) => Object.hasOwn(value as Fields, member.name))
          .map((member) => [member.name, forSdk(member.shape, (value as Fields)[member.name])]),
      );
    case 'list':
      return (value as readonly unknown[]).map((item) => forSdk(shape.member, item));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Fields).map(([key, item]) => [key, forSdk(shape.value, item)]),
      );
    case 'timestamp':
      return new Date(value as number);
    default:
      return value;
  }
}

function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : '');
}

function decodeSent(operation: OperationModel, sent: Sent): unknown {
  const body = bytesOf(sent.body);
  switch (operation.service.protocol) {
    case 'query': {
      const params = parseForm(Buffer.from(body).toString());
      assert.equal(params.first('Action'), operation.name);
      assert.equal(params.first('Version'), operation.service.apiVersion);
      return decodeQuery(operation, params);
    }
    case 'json':
      assert.equal(sent.headers['x-amz-target'], `${operation.service.targetPrefix}.${operation.name}`);
      return decodeJson(operation, body);
    case 'rest-json': {
      const route = matchRoute(operation.service, sent.method, sent.path);
      assert.equal(route?.operation.name, operation.name);
      return decodeRestJson(operation, { labels: route?.labels ?? {}, target: sent.path, body });
    }
  }
}

function encodeAnswer(operation: OperationModel, output: unknown): Answer {
  const { protocol } = operation.service;
  switch (protocol) {
    case 'query':
      return {
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: encodeQueryXml(operation, output, 'request-1'),
      };
    case 'json':
      return {
        status: 200,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: encodeJson(operation, output),
      };
    case 'rest-json':
      return {
        status: operation.http.status,
        headers: { 'content-type': 'application/json' },
        body: encodeRestJson(operation, output),
      };
  }
}

function encodeFault(service: ServiceModel): Answer {
  const denied = fault('AccessDenied', 'User: <"é"> & co. is not authorized');
  return service.protocol === 'query'
    ? {
        status: 403,
        headers: { 'content-type': 'text/xml' },
        body: encodeQueryFaultXml(service, denied, 'request-1'),
      }
    : {
        status: 400,
        headers: { 'x-amzn-errortype': 'AccessDeniedException' },
        body: encodeJsonFault(service, denied),
      };
}

for (const { model, send } of sdks) {
  describe(`the AWS SDK's ${model.serviceId} client`, () => {
    for (const operation of model.operations.values()) {
      test(`${operation.name}: what it sends is decoded whole, and it reads our answer whole`, async () => {
        const input = operation.input === undefined ? {} : sample(operation.input);
        const output = operation.output === undefined ? {} : sample(operation.output);
        let decoded: unknown;
        const read = await send(
          operation.name,
          operation.input === undefined ? {} : forSdk(operation.input, input),
          (sent) => {
            decoded = decodeSent(operation, sent);
            return encodeAnswer(operation, output);
          },
        );
        assert.deepEqual(decoded, input);
        assert.deepEqual(read, operation.output === undefined ? {} : forSdk(operation.output, output));
      });
    }

    test('it reads our faults', async () => {
      const [operation] = model.operations.keys();
      await assert.rejects(
        send(operation ?? '', {}, () => encodeFault(model)),
        {
          name: model.protocol === 'query' ? 'AccessDenied' : 'AccessDeniedException',
          message: 'User: <"é"> & co. is not authorized',
        },
      );
    });
  });
}
