import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  type IAMClient,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { hashBody, signRequest } from '#core/sigv4';
import {
  type Authorizer,
  CallerCache,
  createAuthorizer,
  createLocalIssuer,
  createRemoteIssuer,
  type Issuer,
} from '#servers/authorizer';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const resource = 'arn:aws:execute-api:eu-west-1:111122223333:orders/prod/GET/1';
const connection = { sourceIp: '192.0.2.1', secure: true };

let service: StartedService;
let root: IAMClient;
let verifier: Credentials;
let caller: Credentials;

before(async () => {
  service = await startService();
  root = service.iam(service.root);
  verifier = await addUser('verifier', [
    {
      Effect: 'Allow',
      Action: 'brevet:GetSigningKey',
      Resource: 'arn:aws:brevet:eu-west-1:111122223333:signing-key/execute-api',
    },
    { Effect: 'Allow', Action: 'brevet:GetChanges', Resource: '*' },
  ]);
  caller = await addUser('ada', [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource }]);
});
after(() => service.stop());

async function addUser(UserName: string, statements: readonly object[]): Promise<Credentials> {
  await root.send(new CreateUserCommand({ UserName }));
  await grant(UserName, statements);
  const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

async function grant(UserName: string, Statement: readonly object[]): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await root.send(new PutUserPolicyCommand({ UserName, PolicyName: 'granted', PolicyDocument }));
}

function requestOf(credentials: Credentials, scope: { region?: string; service?: string } = {}) {
  const request = { method: 'GET', target: '/1', rawHeaders: ['host', 'orders.example.com'] };
  const { rawHeaders } = signRequest(
    { ...request, bodySha256: hashBody(new Uint8Array()) },
    { credentials, region: 'eu-west-1', service: 'execute-api', now: Date.now(), ...scope },
  );
  return { ...request, rawHeaders };
}

async function openSession(): Promise<Credentials> {
  return credentialsOf(await service.sts(caller).send(new GetSessionTokenCommand({})));
}

/** Asks until the answer is the one awaited; the time that took, in milliseconds. */
async function until(condition: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await condition())) await new Promise(setImmediate);
  return performance.now() - start;
}

const issuers: readonly (readonly [string, () => Issuer])[] = [
  [
    'in the same process',
    () =>
      createLocalIssuer({
        identity: service.house.identity,
        box: service.house.box,
        findTokenKey: (id) => service.house.keyring.find(id),
        clock: Date.now,
      }),
  ],
  [
    'elsewhere',
    () =>
      createRemoteIssuer({
        url: service.endpoint,
        credentials: async () => verifier,
        region: 'us-east-1',
        clock: Date.now,
      }),
  ],
];

for (const [where, createIssuer] of issuers) {
  describe(`a resource whose issuer is ${where}`, () => {
    let callers: CallerCache;
    let authorizer: Authorizer;
    before(() => {
      callers = new CallerCache({ issuer: createIssuer(), clock: Date.now, maxStalenessSeconds: 60 });
      authorizer = createAuthorizer({ callers, service: 'execute-api', clock: Date.now });
    });
    after(() => callers.close());

    async function isAllowed(credentials: Credentials, on = resource): Promise<boolean> {
      const verified = await authorizer.verify(requestOf(credentials));
      return authorizer.authorize(verified, { action: 'execute-api:Invoke', resource: on, connection })
        .allowed;
    }

    async function isRefused(credentials: Credentials): Promise<boolean> {
      try {
        await authorizer.verify(requestOf(credentials));
        return false;
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'InvalidClientTokenId');
        return true;
      }
    }

    test('knows who calls, by a long-term key and by a session, and what they may', async () => {
      for (const credentials of [caller, await openSession()]) {
        const { caller: who } = await authorizer.verify(requestOf(credentials));
        assert.equal(who.arn, 'arn:aws:iam::111122223333:user/ada');
        assert.equal(await isAllowed(credentials), true);
        assert.equal(await isAllowed(credentials, resource.replace('GET', 'DELETE')), false);
      }
    });

    test('refuses a signature by another secret', async () => {
      await assert.rejects(
        authorizer.verify(requestOf({ ...caller, secretAccessKey: verifier.secretAccessKey })),
        { code: 'SignatureDoesNotMatch' },
      );
    });

    test('hears within two seconds that a session was revoked', async () => {
      const session = await openSession();
      assert.equal(await isAllowed(session), true);
      await root.send(new DeleteAccessKeyCommand({ AccessKeyId: session.accessKeyId }));
      assert.ok((await until(() => isRefused(session))) < 2000);
      assert.equal(await isAllowed(caller), true);
    });

    test('hears within two seconds that an access key was switched off, and on again', async () => {
      const set = (Status: 'Active' | 'Inactive') =>
        root.send(new UpdateAccessKeyCommand({ UserName: 'ada', AccessKeyId: caller.accessKeyId, Status }));
      assert.equal(await isAllowed(caller), true);
      await set('Inactive');
      assert.ok((await until(() => isRefused(caller))) < 2000);
      await set('Active');
      assert.ok((await until(async () => !(await isRefused(caller)))) < 2000);
    });

    test('hears within two seconds that a policy was changed', async () => {
      assert.equal(await isAllowed(caller), true);
      await grant('ada', [{ Effect: 'Deny', Action: '*', Resource: '*' }]);
      assert.ok((await until(async () => !(await isAllowed(caller)))) < 2000);
      await grant('ada', [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resource }]);
      assert.ok((await until(() => isAllowed(caller))) < 2000);
    });
  });
}

describe('a resource elsewhere', () => {
  const open = (service_: string, credentials: Credentials) => {
    const issuer = createRemoteIssuer({
      url: service.endpoint,
      credentials: async () => credentials,
      region: 'us-east-1',
      clock: Date.now,
    });
    const callers = new CallerCache({ issuer, clock: Date.now, maxStalenessSeconds: 60 });
    return { callers, authorizer: createAuthorizer({ callers, service: service_, clock: Date.now }) };
  };

  test('is told nothing for a service or Region that its policy does not name', async () => {
    for (const scope of [{ service: 's3' }, { region: 'eu-west-2' }]) {
      const { callers, authorizer } = open(scope.service ?? 'execute-api', verifier);
      await assert.rejects(authorizer.verify(requestOf(caller, scope)), {
        code: 'ServiceUnavailable',
        message: 'The caller cannot be verified now.',
      });
      await callers.close();
    }
  });

  test('is told nothing when it may not ask', async () => {
    const { callers, authorizer } = open('execute-api', caller);
    await assert.rejects(authorizer.verify(requestOf(caller)), { code: 'ServiceUnavailable', status: 503 });
    await callers.close();
  });
});
