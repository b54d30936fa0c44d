import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { cloudtrail } from '#services/cloudtrail';
import { BucketError, openTrailSpool } from '#stores/trail-store';
import type { CloudtrailTypes } from '#wire/model';
import {
  finish,
  openTrailFixture,
  spooled,
  type TrailFixture,
  trailAccount,
} from '../../../test/trail-fixture.ts';
import { namesOf, type StoredObject } from '../../../test/trail-verifier.ts';

async function status(fixture: TrailFixture): Promise<CloudtrailTypes.GetTrailStatusResponse> {
  return fixture.service.call(cloudtrail.GetTrailStatus, { Name: 'main' });
}

async function delivered(fixture: TrailFixture): Promise<readonly (readonly [string, readonly string[]])[]> {
  const objects = await fixture.objects();
  return [...objects]
    .filter(([key]) => key.includes('/CloudTrail/'))
    .map(([key, { body }]) => [key.split('/')[3] ?? '', namesOf(gunzipSync(body))] as const);
}

describe('log files', () => {
  test("hold what a trail logs, under AWS's names, one for each Region", async (context) => {
    const fixture = await openTrailFixture(context, { IsMultiRegionTrail: true, S3KeyPrefix: 'a/b' });
    const delivery = await fixture.start();
    await fixture.record('One');
    await fixture.record('Two', { awsRegion: 'eu-west-1' });
    await fixture.record('Three');
    await fixture.record('OfAnother', { recipientAccountId: '444455556666' });
    await fixture.record('Begun', { phase: 'intent' });
    await fixture.runAfter(1, delivery);
    const keys = [...(await fixture.objects()).keys()];
    const name = (region: string): RegExp =>
      new RegExp(
        `^a/b/AWSLogs/${trailAccount}/CloudTrail/${region}/2026/01/02/${trailAccount}_CloudTrail_${region}_20260102T0304Z_[0-9A-Z]{16}\\.json\\.gz$`,
      );
    assert.match(keys[0] ?? '', name('eu-west-1'));
    assert.match(keys[1] ?? '', name('us-east-1'));
    const objects = await fixture.objects();
    const texts = keys.map((key) => gunzipSync(objects.get(key)?.body ?? Buffer.alloc(0)));
    assert.deepEqual(texts.map(namesOf), [['Two'], ['One', 'Three']]);
    const { Records: records } = JSON.parse(String(texts[0])) as { Records: readonly object[] };
    assert.equal('phase' in (records[0] ?? {}) || 'chain' in (records[0] ?? {}), false);
  });

  test('come at the interval, and only when there is something', async (context) => {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    await fixture.runAfter(1, delivery);
    await fixture.record('One');
    await fixture.runAfter(298, delivery);
    assert.deepEqual(await delivered(fixture), []);
    await fixture.runAfter(3, delivery);
    assert.deepEqual(await delivered(fixture), [['us-east-1', ['One']]]);
    await fixture.runAfter(301, delivery);
    assert.equal((await delivered(fixture)).length, 1);
  });

  test('leave out other Regions, and global services where they are not wanted', async (context) => {
    const fixture = await openTrailFixture(context, { IncludeGlobalServiceEvents: false });
    const delivery = await fixture.start();
    await fixture.record('Elsewhere', { awsRegion: 'eu-west-1' });
    await fixture.record('CreateUser', { eventSource: 'iam.amazonaws.com' });
    const global = { RequestDetails: { endpointType: 'global', awsServingRegion: 'us-east-1' } };
    await fixture.record('GlobalAssumeRole', { additionalEventData: global });
    await fixture.record('AssumeRole');
    await fixture.runAfter(1, delivery);
    assert.deepEqual(await delivered(fixture), [['us-east-1', ['AssumeRole']]]);
  });

  test('hold what happened while the trail was logging, and nothing else', async (context) => {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    await fixture.record('Before', { eventTime: '2026-01-02T03:04:04Z' });
    await fixture.record('While');
    fixture.service.now += 5000;
    await fixture.record('StopLogging');
    await fixture.service.call(cloudtrail.StopLogging, { Name: 'main' });
    fixture.service.now += 5000;
    await fixture.record('Between');
    fixture.service.now += 5000;
    await fixture.service.call(cloudtrail.StartLogging, { Name: 'main' });
    await fixture.record('StartLogging');
    await fixture.runAfter(1, delivery);
    assert.deepEqual(await delivered(fixture), [['us-east-1', ['While', 'StopLogging', 'StartLogging']]]);
  });

  test('obey the event selectors', async (context) => {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    await fixture.service.call(cloudtrail.PutEventSelectors, {
      TrailName: 'main',
      EventSelectors: [{ ReadWriteType: 'WriteOnly', ExcludeManagementEventSources: ['kms.amazonaws.com'] }],
    });
    await fixture.record('Read');
    await fixture.record('Write', { readOnly: false });
    await fixture.record('Encrypt', { readOnly: false, eventSource: 'kms.amazonaws.com' });
    await fixture.runAfter(1, delivery);
    assert.deepEqual(await delivered(fixture), [['us-east-1', ['Write']]]);
  });

  test('wait while the bucket is away, are tried again ever more seldom, and come when it is back', async (context) => {
    const fixture = await openTrailFixture(context);
    let isAway = true;
    let tries = 0;
    const buckets = {
      async put(file: Parameters<typeof fixture.buckets.put>[0]) {
        tries += 1;
        if (isAway) throw new BucketError('NoSuchBucket');
        await fixture.buckets.put(file);
      },
    };
    const delivery = await fixture.start({ buckets });
    await fixture.record('One');
    await fixture.runAfter(0, delivery);
    assert.equal(tries, 1);
    assert.equal((await status(fixture)).LatestDeliveryError, 'NoSuchBucket');
    await fixture.runAfter(0, delivery);
    assert.equal(tries, 1);
    await fixture.runAfter(1, delivery);
    assert.equal(tries, 2);
    await fixture.runAfter(1, delivery);
    assert.equal(tries, 2);
    assert.deepEqual(await delivered(fixture), []);
    assert.equal((await spooled(fixture)).length, 2);
    isAway = false;
    await fixture.runAfter(1, delivery);
    assert.deepEqual(await delivered(fixture), [['us-east-1', ['One']]]);
    const after = await status(fixture);
    assert.equal(after.LatestDeliveryError, undefined);
    assert.equal(after.LatestDeliveryTime, fixture.service.now);
    assert.deepEqual(await spooled(fixture), []);
    assert.equal(fixture.errors.length, 2);
  });

  test('of a batch that a crash cut off are made anew', async (context) => {
    const fixture = await openTrailFixture(context);
    const first = await fixture.start();
    await fixture.record('One');
    await fixture.runAfter(1, first);
    const about = { trail: 'x', bucket: 'logs-of-main', key: 'stray.json.gz' };
    const stray = join(fixture.directory, 'spool', '000000000002-000000');
    await writeFile(`${stray}.gz`, 'stray');
    await writeFile(`${stray}.json`, JSON.stringify(about));
    await writeFile(`${stray}.json.part`, '{');
    const spool = await openTrailSpool(join(fixture.directory, 'spool'));
    assert.deepEqual(await spool.list(), []);
    assert.deepEqual(await spooled(fixture), []);
  });
});

describe('digests', () => {
  test('come every hour, chained, also when nothing happened', async (context) => {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    await fixture.record('One');
    await fixture.runAfter(300, delivery);
    assert.equal((await fixture.verify()).digests, 0);
    for (let hour = 0; hour < 3; hour++) await fixture.runAfter(3600, delivery);
    assert.deepEqual(await fixture.verify(), { problems: [], digests: 3, beginnings: 1, events: ['One'] });
    const objects = await fixture.objects();
    const keys = [...objects.keys()].filter((key) => key.includes('Digest'));
    assert.equal(
      keys[0],
      `AWSLogs/${trailAccount}/CloudTrail-Digest/us-east-1/2026/01/02/${trailAccount}_CloudTrail-Digest_us-east-1_main_us-east-1_20260102T040905Z.json.gz`,
    );
    const [first, second] = keys.map(
      (key) =>
        JSON.parse(gunzipSync(objects.get(key)?.body ?? Buffer.alloc(0)).toString()) as Record<
          string,
          unknown
        >,
    );
    assert.deepEqual(
      [
        first?.digestStartTime,
        first?.digestEndTime,
        first?.previousDigestHashAlgorithm,
        first?.newestEventTime,
      ],
      ['2026-01-02T03:04:05Z', '2026-01-02T04:09:05Z', null, '2026-01-02T03:04:05Z'],
    );
    assert.deepEqual(
      [second?.digestStartTime, second?.logFiles, second?.newestEventTime, second?.oldestEventTime],
      ['2026-01-02T04:09:05Z', [], null, null],
    );
    assert.equal((await status(fixture)).LatestDigestDeliveryTime, fixture.service.now);
  });

  test('end with the logging, and begin anew with it', async (context) => {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    await fixture.record('One');
    await finish(fixture, delivery);
    assert.deepEqual(await fixture.verify(), { problems: [], digests: 1, beginnings: 1, events: ['One'] });
    await fixture.runAfter(7200, delivery);
    assert.equal((await fixture.verify()).digests, 1);
    await fixture.service.call(cloudtrail.StartLogging, { Name: 'main' });
    await fixture.record('Two');
    await fixture.runAfter(3601, delivery);
    assert.deepEqual(await fixture.verify(), {
      problems: [],
      digests: 2,
      beginnings: 2,
      events: ['One', 'Two'],
    });
  });

  test('end when the trail is deleted, and nothing is kept of it but its keys', async (context) => {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    await fixture.record('One');
    await fixture.record('DeleteTrail');
    await fixture.service.call(cloudtrail.DeleteTrail, { Name: 'main' });
    await fixture.runAfter(10, delivery);
    await fixture.runAfter(10, delivery);
    assert.deepEqual(await fixture.verify(), {
      problems: [],
      digests: 1,
      beginnings: 1,
      events: ['One', 'DeleteTrail'],
    });
    const { state } = fixture.service.identity;
    assert.deepEqual([...state.all('ended-trail').values(), ...state.all('trail-chain').values()], []);
  });

  test('are not written of a trail that does not validate', async (context) => {
    const fixture = await openTrailFixture(context, {});
    const delivery = await fixture.start();
    await fixture.record('One');
    await fixture.runAfter(3601, delivery);
    await finish(fixture, delivery);
    assert.deepEqual(
      [...(await fixture.objects()).keys()].filter((key) => key.includes('Digest')),
      [],
    );
  });

  test('go on over a restart and over a bucket that is away', async (context) => {
    const fixture = await openTrailFixture(context);
    await fixture.record('One');
    await fixture.runAfter(3601, await fixture.start());
    await fixture.record('Two');
    const away = { put: () => Promise.reject(new BucketError('EndpointUnreachable')) };
    await fixture.runAfter(3601, await fixture.start({ buckets: away }));
    assert.equal((await status(fixture)).LatestDigestDeliveryError, 'EndpointUnreachable');
    await fixture.record('Three');
    const delivery = await fixture.start();
    await fixture.runAfter(3601, delivery);
    await fixture.runAfter(3601, delivery);
    const { problems, beginnings, events } = await fixture.verify();
    assert.deepEqual([problems, beginnings, events], [[], 1, ['One', 'Two', 'Three']]);
    assert.equal((await status(fixture)).LatestDigestDeliveryError, undefined);
  });

  test('follow the trail to another bucket', async (context) => {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    await fixture.runAfter(3601, delivery);
    await fixture.service.call(cloudtrail.UpdateTrail, { Name: 'main', S3BucketName: 'another-bucket' });
    await fixture.runAfter(3601, delivery);
    const [[, moved] = []] = await fixture.objects('another-bucket');
    const digest = JSON.parse(gunzipSync(moved?.body ?? Buffer.alloc(0)).toString()) as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [digest.digestS3Bucket, digest.previousDigestS3Bucket],
      ['another-bucket', 'logs-of-main'],
    );
  });

  test('are signed by a new key after ninety days; the old one can still be asked for', async (context) => {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    await fixture.runAfter(3601, delivery);
    await fixture.runAfter(91 * 86_400, delivery);
    const keys = fixture.service.identity.state.all('digest-key').list(`${trailAccount} us-east-1`);
    assert.equal(keys.length, 2);
    assert.equal(keys.filter(({ sealedPrivateKey }) => sealedPrivateKey !== undefined).length, 1);
    const { problems, digests } = await fixture.verify();
    assert.deepEqual([problems, digests], [[], 2]);
  });
});

describe('a trail that somebody tampered with', () => {
  type Objects = Map<string, StoredObject>;
  type Keys = { readonly digests: readonly string[]; readonly logs: readonly string[] };

  async function problemsAfter(
    context: TestContext,
    tamper: (objects: Objects, keys: Keys) => void,
  ): Promise<{ readonly problems: readonly string[] } & Keys> {
    const fixture = await openTrailFixture(context);
    const delivery = await fixture.start();
    for (const name of ['One', 'Two', 'Three']) {
      await fixture.record(name);
      await fixture.runAfter(3601, delivery);
    }
    const objects: Objects = new Map(await fixture.objects());
    const digests = [...objects.keys()].filter((key) => key.includes('/CloudTrail-Digest/'));
    const logs = [...objects.keys()].filter((key) => key.includes('/CloudTrail/'));
    tamper(objects, { digests, logs });
    return { ...(await fixture.verify(objects)), digests, logs };
  }

  const rewrite = (objects: Objects, key: string, from: string, to: string): void => {
    const object = objects.get(key);
    assert.ok(object);
    const text = gunzipSync(object.body).toString();
    assert.ok(text.includes(from));
    objects.set(key, { ...object, body: gzipSync(text.replace(from, to)) });
  };

  test('shows which log file was changed', async (context) => {
    const { problems, logs } = await problemsAfter(context, (objects, { logs: [first = ''] }) =>
      rewrite(objects, first, '"One"', '"Won"'),
    );
    assert.deepEqual(problems, [`${logs[0]}: hash`]);
  });

  test('shows which log file was removed', async (context) => {
    const { problems, logs } = await problemsAfter(context, (objects, { logs: [, second = ''] }) =>
      objects.delete(second),
    );
    assert.deepEqual(problems, [`${logs[1]}: missing`]);
  });

  test('shows which log file was added', async (context) => {
    const added = `AWSLogs/${trailAccount}/CloudTrail/us-east-1/2026/01/02/added.json.gz`;
    const { problems } = await problemsAfter(context, (objects) =>
      objects.set(added, { body: gzipSync('{"Records":[]}'), metadata: {} }),
    );
    assert.deepEqual(problems, [`${added}: in no digest`]);
  });

  test('shows which digest was changed', async (context) => {
    const { problems, digests } = await problemsAfter(context, (objects, { digests: [, second = ''] }) =>
      rewrite(objects, second, '"digestStartTime":"2026', '"digestStartTime":"2025'),
    );
    assert.deepEqual(problems, [`${digests[1]}: signature`, `${digests[1]}: previous hash`]);
  });

  test('shows which digest was removed', async (context) => {
    const { problems, digests, logs } = await problemsAfter(
      context,
      (objects, { digests: [, second = ''] }) => objects.delete(second),
    );
    assert.deepEqual(problems, [`${digests[1]}: missing`, `${logs[1]}: in no digest`]);
  });

  test('shows which digest was moved', async (context) => {
    const moved = `AWSLogs/${trailAccount}/CloudTrail-Digest/us-east-1/2026/01/02/moved.json.gz`;
    const { problems, digests } = await problemsAfter(context, (objects, { digests: [, second = ''] }) => {
      const object = objects.get(second);
      assert.ok(object);
      objects.delete(second);
      objects.set(moved, object);
    });
    assert.deepEqual(problems, [`${digests[1]}: missing`, `${moved}: moved`]);
  });
});
