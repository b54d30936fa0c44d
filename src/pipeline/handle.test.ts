import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AuditEvent, AuditNote } from '#core/audit';
import { brevet } from '#services/brevet';
import { defineOperation, GuessLimit, loadNothing } from '#services/operation';
import { sts } from '#services/sts';
import { type AuditLog, AuditLogError } from '#stores/audit-log';
import { stsOperations } from '#wire/model';
import { absentPorts } from '../../test/absent-ports.ts';
import { addMfaDevice, addUser, allow } from '../../test/principals.ts';
import { getCallerIdentity, type RawReply, rawRequest, send, signed } from '../../test/raw-request.ts';
import { type Credentials, type StartedService, startService } from '../../test/started-service.ts';
import { type Answered, createPipeline, type Handle, NoiseLimit } from './index.ts';

let service: StartedService;

before(async () => {
  service = await startService();
});
after(() => service.stop());

/** An audit log that keeps its records, and fails where a test says so. */
class KeptAudit implements AuditLog {
  readonly events: AuditEvent[] = [];
  readonly later: AuditEvent[] = [];
  readonly notes: AuditNote[] = [];
  /** The phases of each call of `append`. */
  readonly groups: string[][] = [];
  failing: 'intent' | 'outcome' | undefined;

  append(...events: readonly AuditEvent[]): Promise<void> {
    if (events.some(({ phase }) => phase === this.failing))
      return Promise.reject(new AuditLogError(new Error('ENOSPC')));
    this.events.push(...events);
    this.groups.push(events.map(({ phase }) => phase));
    return Promise.resolve();
  }

  appendLater(event: AuditEvent | AuditNote): void {
    if (event.phase === 'note') this.notes.push(event);
    else this.later.push(event);
  }

  healthy(): boolean {
    return true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

let audit: KeptAudit;
const answered: Answered[] = [];

beforeEach(() => {
  audit = new KeptAudit();
  answered.length = 0;
});

const thrown = new Error('secret/path/of/the/database: relation "users" does not exist');

function corridor(getCallerIdentityRuns?: () => never): Handle {
  const { identity, box, keyring } = service.house;
  const broken = {
    ...sts,
    GetCallerIdentity: defineOperation(stsOperations.GetCallerIdentity, {
      callers: 'signed',
      effect: 'read',
      load: loadNothing,
      authorize: () => [],
      run: () => getCallerIdentityRuns?.() ?? {},
    }),
  };
  return createPipeline({
    services: { sts: getCallerIdentityRuns === undefined ? sts : broken, brevet },
    guesses: new GuessLimit(),
    identity,
    box,
    keyring,
    audit,
    events: service.house.events,
    noise: new NoiseLimit(),
    clock: service.now,
    random: randomBytes,
    ...absentPorts,
    region: 'us-east-1',
    domain: undefined,
    issuerUrl: (id) => `https://issuers.example.com/${id}`,
    ownUrl: () => 'https://brevet.example.com',
    onAnswered: (one) => answered.push(one),
  });
}

async function call(
  body: string,
  credentials: Credentials = service.root,
  handle: Handle = corridor(),
): Promise<RawReply> {
  const house = { ...service.house, handle };
  return send({ ...service, house }, await signed(rawRequest({ body }), { credentials, now: service.now() }));
}

const getSessionToken = 'Action=GetSessionToken&Version=2011-06-15';

describe('the audit log', () => {
  test('has the outcome once a credential is made, under the id of the answer', async () => {
    const reply = await call(getSessionToken);
    assert.equal(reply.status, 200);
    assert.deepEqual(
      audit.events.map(({ phase, eventName, eventSource, requestID, readOnly }) => ({
        phase,
        eventName,
        eventSource,
        requestID,
        readOnly,
      })),
      [
        {
          phase: 'outcome',
          eventName: 'GetSessionToken',
          eventSource: 'sts.amazonaws.com',
          requestID: reply.headers['x-amzn-requestid'],
          readOnly: false,
        },
      ],
    );
    assert.deepEqual(audit.later, []);
  });

  test('does not hold the secret or the token', async () => {
    const { body } = await call(getSessionToken);
    const text = JSON.stringify(audit.events);
    for (const name of ['SecretAccessKey', 'SessionToken']) {
      const value = new RegExp(`<${name}>(.*)</${name}>`).exec(body)?.[1];
      assert.ok(value !== undefined);
      assert.ok(!text.includes(value));
    }
    assert.ok(text.includes(/<AccessKeyId>(.*)<\/AccessKeyId>/.exec(body)?.[1] ?? '?'));
  });

  for (const phase of ['intent', 'outcome'] as const) {
    test(`that cannot take the ${phase} lets nothing out`, async () => {
      audit.failing = phase;
      const { user, credentials } = await addUser(service, `mfa-${phase}`, { policy: allow('*') });
      const { serial, code } = await addMfaDevice(service, user);
      const reply = await call(
        `${getSessionToken}&SerialNumber=${encodeURIComponent(serial)}&TokenCode=${code()}`,
        credentials,
      );
      assert.deepEqual(
        [reply.status, reply.code, reply.message],
        [503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'],
      );
      assert.doesNotMatch(reply.body, /ASIA|SecretAccessKey|SessionToken|ENOSPC/);
      assert.equal(audit.later.at(-1)?.errorCode, 'ServiceUnavailable');
      assert.ok(answered[0]?.cause instanceof AuditLogError);
    });
  }

  test('that cannot take the intent stops the run itself', async () => {
    audit.failing = 'intent';
    const { user, credentials } = await addUser(service, 'mfa-keeper', { policy: allow('*') });
    const { serial, code } = await addMfaDevice(service, user);
    await call(
      `${getSessionToken}&SerialNumber=${encodeURIComponent(serial)}&TokenCode=${code()}`,
      credentials,
    );
    assert.equal(service.house.identity.state.all('mfa-device').get(serial)?.lastStep, undefined);
  });

  test('has the intent of a credential before it only if making it changes the store', async () => {
    await call(getSessionToken);
    assert.deepEqual(audit.groups, [['outcome']]);
    audit.groups.length = 0;
    const { user, credentials } = await addUser(service, 'mfa-holder', { policy: allow('*') });
    const { serial, code } = await addMfaDevice(service, user);
    const withMfa = `${getSessionToken}&SerialNumber=${encodeURIComponent(serial)}&TokenCode=${code()}`;
    assert.equal((await call(withMfa, credentials)).status, 200);
    assert.deepEqual(audit.groups, [['intent'], ['outcome']]);
  });

  test('has reads without anyone waiting for it', async () => {
    audit.failing = 'outcome';
    assert.equal((await call(getCallerIdentity)).status, 200);
    assert.deepEqual(
      audit.later.map(({ phase, eventName, readOnly }) => [phase, eventName, readOnly]),
      [['outcome', 'GetCallerIdentity', true]],
    );
  });

  test('has what was refused, with the caller when it was proven and without when not', async () => {
    const { credentials, arn } = await addUser(service, 'refused');
    await call('Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=AKIAIOSFODNN7EXAMPLE', credentials);
    await call(getCallerIdentity, { ...credentials, secretAccessKey: 'wrong' });
    assert.deepEqual(
      audit.later.map(({ eventName, errorCode, userIdentity }) => [eventName, errorCode, userIdentity.arn]),
      [
        ['GetAccessKeyInfo', 'AccessDenied', arn],
        ['GetCallerIdentity', 'SignatureDoesNotMatch', undefined],
      ],
    );
    assert.deepEqual(
      audit.later.map(({ recipientAccountId }) => recipientAccountId),
      [service.accountId, undefined],
    );
  });

  test('counts what comes too often from nobody known, and says how many once the minute is over', async () => {
    const stoppedAt = service.now();
    service.stoppedAt = stoppedAt;
    try {
      const handle = corridor();
      const wrong = { ...service.root, secretAccessKey: 'wrong' };
      for (let time = 0; time < 25; time++) await call(getCallerIdentity, wrong, handle);
      assert.equal(audit.later.length, 20);
      assert.deepEqual(audit.notes, []);
      await call(getCallerIdentity, service.root, handle);
      assert.equal(audit.later.length, 21);
      service.stoppedAt = stoppedAt + 60_000;
      await call(getCallerIdentity, wrong, handle);
      assert.equal(audit.later.length, 22);
      assert.deepEqual(
        audit.notes.map(({ note, records, sources }) => ({ note, records, sources })),
        [
          {
            note: 'requests of unknown senders were counted instead of recorded',
            records: 5,
            sources: { '127.0.0.1': 25 },
          },
        ],
      );
    } finally {
      service.stoppedAt = undefined;
    }
  });

  test('counts what a verifier is sent by nobody known as it counts what comes from them itself', async () => {
    const handle = corridor();
    const body = JSON.stringify({
      AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA',
      Date: '20260102',
      Region: 'us-east-1',
      Service: 's3',
    });
    const request = rawRequest({
      body,
      headers: [
        ['content-type', 'application/x-amz-json-1.1'],
        ['x-amz-target', 'Brevet_20261124.GetSigningKey'],
      ],
    });
    for (let time = 0; time < 25; time++) {
      const signing = { credentials: service.root, now: service.now(), service: 'brevet' };
      const house = { ...service.house, handle };
      const reply = await send({ ...service, house }, await signed(request, signing));
      assert.match(reply.body, /CallerRefusedException/);
    }
    assert.equal(audit.later.length, 20);
    assert.equal(audit.later[0]?.errorCode, 'CallerRefusedException');
  });

  test('has the trace a request belongs to, if it names one', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const span = '00f067aa0ba902b7';
    for (const traceparent of [`00-${trace}-${span}-01`, `00-${'0'.repeat(32)}-${span}-01`, 'nonsense']) {
      const request = rawRequest({ body: getCallerIdentity, headers: [['traceparent', traceparent]] });
      const house = { ...service.house, handle: corridor() };
      const signing = { credentials: service.root, now: service.now() };
      assert.equal((await send({ ...service, house }, await signed(request, signing))).status, 200);
    }
    const RequestDetails = { endpointType: 'global', awsServingRegion: 'us-east-1' };
    assert.deepEqual(
      audit.later.map(({ additionalEventData }) => additionalEventData),
      [{ RequestDetails, traceId: trace, spanId: span }, { RequestDetails }, { RequestDetails }],
    );
  });
});

describe('what nobody foresaw', () => {
  const fails = (): Handle =>
    corridor(() => {
      throw thrown;
    });

  test('is an InternalFailure that hides its cause from the caller and shows it to the log', async () => {
    const reply = await call(getCallerIdentity, service.root, fails());
    assert.deepEqual(
      [reply.status, reply.code, reply.message],
      [
        500,
        'InternalFailure',
        'The request processing has failed because of an unknown error, exception or failure.',
      ],
    );
    assert.match(reply.body, /<Type>Receiver<\/Type>/);
    assert.doesNotMatch(reply.body + JSON.stringify(reply.headers), /secret\/path|users|\.ts|at /);
    assert.equal(answered[0]?.cause, thrown);
    assert.equal(answered[0]?.requestId, reply.headers['x-amzn-requestid']);
    assert.equal(audit.later[0]?.errorCode, 'InternalFailure');
    assert.doesNotMatch(JSON.stringify(audit.later), /secret\/path/);
  });

  test('does not stop the next request', async () => {
    const handle = fails();
    await call(getCallerIdentity, service.root, handle);
    assert.equal((await call(getSessionToken, service.root, handle)).status, 200);
  });

  test('of what is thrown that is no error at all is an InternalFailure too', async () => {
    const handle = corridor(() => {
      throw undefined as unknown as Error;
    });
    assert.equal((await call(getCallerIdentity, service.root, handle)).code, 'InternalFailure');
  });
});

test('every answer of a service carries an id of its own, in its header and its body', async () => {
  const replies = await Promise.all([call(getCallerIdentity), call(getSessionToken), call('Action=Nope')]);
  const ids = replies.map(({ headers }) => headers['x-amzn-requestid'] ?? '');
  assert.equal(new Set(ids).size, 3);
  for (const [index, { body }] of replies.entries()) {
    assert.match(ids[index] ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(body.includes(`<RequestId>${ids[index]}</RequestId>`));
  }
});

test('a denial carries its sealed reason in a header, which only its own account can open', async () => {
  const { credentials } = await addUser(service, 'explained');
  const denied = await call(
    'Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=AKIAIOSFODNN7EXAMPLE',
    credentials,
  );
  assert.equal(denied.code, 'AccessDenied');
  const sealed = denied.headers['x-brevet-authorization-message'] ?? '';
  const opened = await call(
    `Action=DecodeAuthorizationMessage&Version=2011-06-15&EncodedMessage=${encodeURIComponent(sealed)}`,
  );
  assert.match(opened.body, /sts:GetAccessKeyInfo/);
  const changed = await call(
    `Action=DecodeAuthorizationMessage&Version=2011-06-15&EncodedMessage=${encodeURIComponent(sealed.replace(/^./, 'B'))}`,
  );
  assert.deepEqual(
    [changed.status, changed.code, changed.message],
    [400, 'InvalidAuthorizationMessageException', 'Message is not valid.'],
  );
});
