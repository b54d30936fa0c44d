/**
 * What the sweeps share: the started service, every operation of its tables, and the AWS SDK's own clients to call them with.
 * An operation that is added to a table is swept without a line here; a service that is added needs the library of its client.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as account from '@aws-sdk/client-account';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as eks from '@aws-sdk/client-eks';
import * as iam from '@aws-sdk/client-iam';
import * as organizations from '@aws-sdk/client-organizations';
import * as sts from '@aws-sdk/client-sts';
import { type AccessKeyId, type AccountId, createUniqueId } from '#core/identifiers';
import type { CertificateOperation, FederatedOperation, Operation, Unsupported } from '#services/operation';
import { type OperationModel, type ServiceModel, type ServiceName, serviceModels } from '#wire/model';
import { services } from '../../src/main/compose.ts';
import { walkedCluster } from '../clients/walk.ts';
import { type Credentials, type StartedService, startService } from '../started-service.ts';
import { brevetLibrary } from './brevet-library.ts';
import { eksAuthLibrary } from './eks-auth-library.ts';
import type { Fields } from './minimal-input.ts';
import { rolesanywhereLibrary } from './rolesanywhere-library.ts';

const libraries: Readonly<Record<ServiceName, Fields>> = {
  sts,
  iam,
  organizations,
  account,
  cloudtrail,
  rolesanywhere: rolesanywhereLibrary,
  // It has a door of its own and no table.
  signin: {},
  eks,
  'eks-auth': eksAuthLibrary,
  brevet: brevetLibrary,
};

/** For the operations that are about a cluster: those of the sweeps, and those of the walk. */
const clusters = ['sweep', walkedCluster.name].map((name) => ({
  ...walkedCluster,
  name,
  account: walkedCluster.account as AccountId,
}));

/** Every operation of every table. */
export const registered: readonly (Operation | FederatedOperation | CertificateOperation | Unsupported)[] =
  Object.values(services).flatMap((table) =>
    Object.values<Operation | FederatedOperation | CertificateOperation | Unsupported>(table),
  );

export const built: readonly (Operation | FederatedOperation | CertificateOperation)[] = registered.filter(
  (operation) => 'run' in operation,
);
export const notBuilt: readonly Unsupported[] = registered.filter((operation) => 'unsupported' in operation);

/** `iam:CreateUser` */
export function actionOf({ name, service }: OperationModel): string {
  return `${service.service}:${name}`;
}

/** What came back for one call. */
export interface Reply {
  readonly status: number;
  readonly requestId: string;
  /** Present when the call succeeded. */
  readonly output?: Fields;
  /** Present when it did not. */
  readonly error?: {
    /** As the wire spells it. */
    readonly code: string;
    /** As the SDK names it, which differs for modelled errors. */
    readonly name: string;
    readonly message: string;
    readonly members: Fields;
  };
}

/** A request as it is about to leave the SDK. */
export interface SignedRequest {
  readonly headers: Record<string, string>;
}

interface SdkClient {
  send(command: unknown): Promise<Fields>;
  destroy(): void;
  readonly middlewareStack: {
    add(
      middleware: (next: (args: { request: SignedRequest }) => Promise<unknown>) => unknown,
      options: { readonly step: 'deserialize'; readonly priority: 'low' },
    ): void;
  };
}

export interface Sweep {
  readonly service: StartedService;
  /** Calls an operation through the SDK; `tamper` changes the request after it was signed. Rejects when the SDK cannot read the answer. */
  call(
    operation: OperationModel,
    input: Fields,
    credentials?: Credentials,
    tamper?: (request: SignedRequest) => void,
  ): Promise<Reply>;
  /** A new user with an access key and these inline policies. */
  addUser(name: string, policies?: Readonly<Record<string, string>>, keyId?: string): Promise<Credentials>;
  /** Every record of the audit log, as text lines; what was answered so far is in it. */
  auditLines(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startSweep(): Promise<Sweep> {
  const service = await startService({ clusters });
  const clients: SdkClient[] = [];
  const client = (
    model: ServiceModel,
    credentials: Credentials,
    tamper?: (request: SignedRequest) => void,
  ): SdkClient => {
    const name = `${model.serviceId.replaceAll(' ', '')}Client`;
    const Client = libraries[model.service][name] as new (options: object) => SdkClient;
    const options = { endpoint: service.endpoint, credentials, region: 'us-east-1', maxAttempts: 1 };
    const made = new Client(options);
    if (tamper !== undefined) {
      made.middlewareStack.add(
        (next) => (args: { request: SignedRequest }) => {
          tamper(args.request);
          return next(args);
        },
        { step: 'deserialize', priority: 'low' },
      );
    }
    clients.push(made);
    return made;
  };
  const rootClients = new Map(
    Object.keys(services).map((name) => [name, client(serviceModels[name as ServiceName], service.root)]),
  );
  let userCount = 0;
  const sweep: Sweep = {
    service,
    async call(operation, input, credentials, tamper) {
      const { service: model, name } = operation;
      const ready =
        credentials === undefined ? rootClients.get(model.service) : client(model, credentials, tamper);
      const Command = libraries[model.service][`${name}Command`] as new (input: Fields) => unknown;
      try {
        const { $metadata, ...output } = (await ready?.send(new Command(input))) ?? {};
        return { ...metadataOf($metadata), output };
      } catch (error) {
        return readError(operation, error);
      }
    },
    async addUser(name, policies = {}, chosenKeyId = undefined) {
      userCount += 1;
      const keyId = (chosenKeyId ?? `AKIASWEEPUSER0${`${userCount}`.padStart(6, '0')}`) as AccessKeyId;
      const secret = randomBytes(30).toString('base64');
      const { house } = service;
      const owner = createUniqueId('AIDA', randomBytes);
      const accountId = service.accountId as AccountId;
      await house.identity.write(({ put }) => {
        put('user', {
          id: owner,
          account: accountId,
          name,
          path: '/',
          createdAt: 0,
          inlinePolicies: policies,
          attachedPolicies: [],
          tags: [],
          groups: [],
        });
        put('access-key', {
          id: keyId,
          account: accountId,
          owner,
          status: 'Active',
          createdAt: 0,
          sealedSecret: house.box.seal(secret, `access-key:${keyId}`),
        });
      });
      return { accessKeyId: keyId, secretAccessKey: secret };
    },
    async auditLines() {
      // A credential is answered only when its record, and with it every earlier one, is on the disk.
      const flushed = await sweep.call(
        serviceModels.sts.operations.get('GetSessionToken') as OperationModel,
        {},
      );
      assert.equal(flushed.status, 200);
      const directory = join(service.dataDirectory, 'audit');
      const files = await Promise.all(
        (await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')),
      );
      return files.flatMap((text) => text.split('\n')).filter((line) => line !== '');
    },
    async stop() {
      for (const one of clients) one.destroy();
      await service.stop();
    },
  };
  return sweep;
}

function metadataOf(metadata: unknown): { readonly status: number; readonly requestId: string } {
  const { httpStatusCode, requestId } = metadata as { httpStatusCode: number; requestId?: string };
  return { status: httpStatusCode, requestId: requestId ?? '' };
}

/** An error of the service as the SDK read it. Anything else is thrown again: the SDK could not read the answer, or there was none. */
function readError(operation: OperationModel, error: unknown): Reply {
  if (!(error instanceof Error) || !('$fault' in error) || !('$metadata' in error)) throw error;
  const { name, message, $metadata, ...members } = error as Error & { $metadata: unknown };
  const modelled = operation.service.shapes.get(name);
  const code = modelled?.type === 'structure' ? (modelled.error?.code ?? name) : name;
  return { ...metadataOf($metadata), error: { code, name, message, members: members as Fields } };
}
