import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, beforeEach, describe, test } from 'node:test';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { walkStore } from '../clients/s3-walk.ts';
import { type StartedGateway, startGateway, startS3rver } from '../gateway-fixture.ts';
import { type Credentials, credentialsOf } from '../started-service.ts';
import { isInstalled, type Place, run, type Said, s3Programs, type Task } from './clients.ts';
import { isRadosgwInstalled, startRadosgw } from './radosgw.ts';

const bucket = 'photos';
const largeBytes = 21 * 1024 * 1024 + 1;

/** The stores, and the names of objects that they keep, list and copy as they are. */
const stores = [
  // It escapes `&` and `'` twice when it lists, and leaves `%2B` and its like in the name of what it copies; its lists of grants are not as S3 writes them.
  {
    title: 's3rver',
    start: startS3rver,
    isInstalled: () => true,
    hasAcls: false,
    names: ['a b.txt', 'ümläut/日本.txt', '(a) ~test!.txt', '100%25.txt'],
  },
  {
    title: 'radosgw',
    start: startRadosgw,
    isInstalled: isRadosgwInstalled,
    hasAcls: true,
    names: ['a b+c.txt', 'ümläut/日本.txt', "it's (a) ~test!&=;,@$.txt", '100%25.txt'],
  },
];
const programs = s3Programs.filter((program) => isPresent(program.title, isInstalled(program)));

function isPresent(title: string, isFound: boolean): boolean {
  if (!isFound)
    process.stderr.write(`> test:stores: ${title} is not installed here, so its tests are not run\n`);
  return isFound;
}

for (const {
  title: storeTitle,
  start: startStore,
  isInstalled: isStoreInstalled,
  hasAcls,
  names,
} of stores) {
  if (!isPresent(storeTitle, isStoreInstalled())) continue;
  // What the AWS SDK does in front of s3rver is one of the tests of every day.
  if (startStore !== startS3rver)
    describe(`the AWS SDK, through the gateway in front of ${storeTitle}`, () => walkStore(startStore));
  describe(`the gateway in front of ${storeTitle}`, () => {
    let gateway: StartedGateway;
    let user: Credentials;
    let session: Credentials;
    let at: Place;

    before(async () => {
      gateway = await startGateway({ startStore });
      at = {
        directory: await mkdtemp(join(tmpdir(), 'brevet-stores-')),
        endpoint: gateway.endpoint,
        bucket,
      };
      user = await gateway.addUser('ada', [
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:GetObjectAcl', 's3:ListBucket*'],
          Resource: '*',
        },
        {
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:PutObjectAcl', 's3:DeleteObject', 's3:AbortMultipartUpload'],
          Resource: `arn:aws:s3:::${bucket}/mine/*`,
        },
      ]);
      session = credentialsOf(await gateway.service.sts(user).send(new GetSessionTokenCommand({})));
    });
    after(async () => {
      await gateway.stop();
      await rm(at.directory, { recursive: true, force: true });
    });

    const inStore = async (Key: string): Promise<Buffer> => {
      const { Body } = await gateway.store.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    };
    const isInStore = (Key: string): Promise<boolean> =>
      gateway.store.send(new HeadObjectCommand({ Bucket: bucket, Key })).then(
        () => true,
        () => false,
      );
    const store = async (Key: string, Body: string): Promise<void> => {
      await gateway.store.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    };
    const operations = (): readonly unknown[] => gateway.logged.map(({ operation }) => operation);

    for (const program of programs)
      describe(program.title, () => {
        const mine = `mine/${program.title}/`;
        const local = (name: string): string => join(at.directory, name);
        const attempt = (task: Task, credentials = user): Promise<Said> =>
          run(program, task, at, credentials);
        const succeed = async (task: Task, credentials = user): Promise<string> => {
          const said = await attempt(task, credentials);
          assert.equal(said.code, 0, `${said.stdout}${said.stderr}`);
          return said.stdout;
        };
        const list = async (prefix: string, credentials = user): Promise<readonly string[]> =>
          [...program.keys(await succeed({ verb: 'list', key: prefix }, credentials), at, prefix)].sort();

        beforeEach(() => {
          gateway.logged.length = 0;
        });

        test('puts, lists, gets and deletes objects with any names', async () => {
          for (const name of names) {
            const body = randomBytes(1000);
            await writeFile(local('up'), body);
            await succeed({ verb: 'put', file: local('up'), key: `${mine}${name}` });
            assert.deepEqual(await inStore(`${mine}${name}`), body, name);
            await succeed({ verb: 'get', key: `${mine}${name}`, file: local('down') });
            assert.deepEqual(await readFile(local('down')), body, name);
          }
          assert.deepEqual(await list(mine), names.map((name) => `${mine}${name}`).sort());
          for (const name of names) await succeed({ verb: 'delete', key: `${mine}${name}` });
          assert.deepEqual(await list(mine), []);
        });

        const canCopy = hasAcls || !program.copiesAcl;
        test('uploads in parts what is large, gets it back and copies it', async () => {
          const body = randomBytes(largeBytes);
          await writeFile(local('large'), body);
          await succeed({ verb: 'put', file: local('large'), key: `${mine}large` });
          const parts = operations().filter((operation) => operation === 'UploadPart');
          assert.equal(parts.length, Math.ceil(largeBytes / program.partBytes));
          assert.ok(body.equals(await inStore(`${mine}large`)));
          await succeed({ verb: 'get', key: `${mine}large`, file: local('down') });
          assert.ok(body.equals(await readFile(local('down'))));
          if (!canCopy) return;
          await succeed({ verb: 'copy', key: `${mine}large`, target: `${mine}large copy` });
          assert.ok(body.equals(await inStore(`${mine}large copy`)));
        });

        if (canCopy)
          test('copies within the store', async () => {
            await store(`${mine}one ü`, 'one');
            await succeed({ verb: 'copy', key: `${mine}one ü`, target: `${mine}two +` });
            assert.equal(String(await inStore(`${mine}two +`)), 'one');
            assert.ok(operations().includes('CopyObject'));
            assert.ok(!operations().includes('GetObject'));
          });

        if (canCopy && program.canSync)
          test('makes one prefix like another within the store', async () => {
            const [from, to] = [`${mine}from/`, `${mine}to/`];
            for (const name of names) await store(`${from}${name}`, name);
            await store(`${to}stale`, 'stale');
            // s3rver deletes a folder that is empty for a moment, whatever is on its way into it.
            const [kept = ''] = names;
            await store(`${to}${kept}`, kept);
            await succeed({ verb: 'sync', key: from, target: to });
            assert.deepEqual(await list(to), names.map((name) => `${to}${name}`).sort());
            for (const name of names) assert.equal(String(await inStore(`${to}${name}`)), name);
            assert.ok(!operations().includes('GetObject'));
            gateway.logged.length = 0;
            await succeed({ verb: 'sync', key: from, target: to });
            assert.ok(!operations().includes('CopyObject'));
          });

        test('works with temporary credentials, and not without their token', async () => {
          await writeFile(local('up'), 'temporary');
          await succeed({ verb: 'put', file: local('up'), key: `${mine}session/a` }, session);
          assert.deepEqual(await list(`${mine}session/`, session), [`${mine}session/a`]);
          const { accessKeyId, secretAccessKey } = session;
          const { code, stderr } = await attempt(
            { verb: 'list', key: mine },
            { accessKeyId, secretAccessKey },
          );
          assert.notEqual(code, 0);
          assert.match(stderr, /InvalidAccessKeyId/);
        });

        test('is told why it may not write elsewhere', async () => {
          await writeFile(local('up'), 'x');
          const { code, stderr } = await attempt({ verb: 'put', file: local('up'), key: 'yours/a' });
          assert.notEqual(code, 0);
          assert.match(stderr, /AccessDenied/);
          const why = `User: arn:aws:iam::111122223333:user/ada is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::${bucket}/yours/a" because no identity-based policy allows the s3:PutObject action`;
          assert.ok(stderr.includes(why), stderr);
          assert.equal(await isInStore('yours/a'), false);
        });

        test('is refused with a wrong secret', async () => {
          const { code, stderr } = await attempt(
            { verb: 'list', key: mine },
            { ...user, secretAccessKey: 'guess' },
          );
          assert.notEqual(code, 0);
          assert.match(stderr, /SignatureDoesNotMatch/);
        });
      });
  });
}
