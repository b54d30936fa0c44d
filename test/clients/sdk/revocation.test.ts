import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

let service: StartedService;
let user: Credentials;

before(async () => {
  service = await startService();
  const iam = service.iam(service.root);
  await iam.send(new CreateUserCommand({ UserName: 'ada' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
  user = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
});
after(() => service.stop());

async function openSession(): Promise<Credentials> {
  return credentialsOf(await service.sts(user).send(new GetSessionTokenCommand({})));
}

async function whoIs(credentials: Credentials): Promise<string | undefined> {
  return (await service.sts(credentials).send(new GetCallerIdentityCommand({}))).Arn;
}

const ada = 'arn:aws:iam::111122223333:user/ada';
const isRefused = {
  name: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
};

test('deleting a temporary access key ends its session at the next request, and no other', async () => {
  const [ended, other] = [await openSession(), await openSession()];
  assert.equal(await whoIs(ended), ada);
  await service.iam(service.root).send(new DeleteAccessKeyCommand({ AccessKeyId: ended.accessKeyId }));
  await assert.rejects(whoIs(ended), isRefused);
  assert.equal(await whoIs(other), ada);
  assert.equal(await whoIs(user), ada);
});

test('an inactive temporary access key is refused until it is active again', async () => {
  const session = await openSession();
  const set = (Status: 'Active' | 'Inactive') =>
    service.iam(service.root).send(new UpdateAccessKeyCommand({ AccessKeyId: session.accessKeyId, Status }));
  await set('Inactive');
  await assert.rejects(whoIs(session), isRefused);
  await set('Active');
  assert.equal(await whoIs(session), ada);
});

test('who may not do this to every key of the account ends no session', async () => {
  const session = await openSession();
  await assert.rejects(
    service.iam(user).send(new DeleteAccessKeyCommand({ AccessKeyId: session.accessKeyId })),
    {
      name: 'AccessDenied',
      message: `User: ${ada} is not authorized to perform: iam:DeleteAccessKey because no identity-based policy allows the iam:DeleteAccessKey action`,
    },
  );
  assert.equal(await whoIs(session), ada);
});
