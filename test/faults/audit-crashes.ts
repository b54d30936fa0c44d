/**
 * Kills the service at every step of its audit log while it hands out credentials, and looks whether each credential that left has its
 * records in both accounts, and whether the log is whole: `node test/faults/audit-crashes.ts KILLS` for more kills than the tests have time for.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type AuditEvent, chainStart, parseAuditLine, verifyLine } from '#core/audit';
import { createPipeline, NoiseLimit, type WireRequest } from '#pipeline';
import { GuessLimit } from '#services/operation';
import { sts } from '#services/sts';
import { openAuditLog } from '#stores/audit-log';
import { absentPorts } from '../absent-ports.ts';
import { type AddedUser, addAccount, addRole, addUser, allow } from '../principals.ts';
import { rawRequest, signed, wireRequest } from '../raw-request.ts';
import { type StartedService, startService } from '../started-service.ts';
import { CrashDisk } from './crash-disk.ts';

const steps = 100;
const together = 3;
const [accountId, otherAccountId] = ['111122223333', '444455556666'];

/** A service whose audit log can be killed again and again, and one request for a credential of another account's role. */
export interface Victim {
  readonly service: StartedService;
  readonly request: WireRequest;
}

export async function prepareVictim(): Promise<Victim> {
  const service = await startService();
  await addAccount(service, otherAccountId);
  const alice: AddedUser = await addUser(service, 'alice', { policy: allow('*') });
  const trust = { principals: [`arn:aws:iam::${accountId}:root`] };
  const { arn } = await addRole(service, 'theirs', trust, { account: otherAccountId });
  const body = `Action=AssumeRole&Version=2011-06-15&RoleSessionName=session&RoleArn=${encodeURIComponent(arn)}`;
  const raw = await signed(rawRequest({ body }), { credentials: alice.credentials, now: service.now() });
  return { service, request: wireRequest(raw) };
}

/** One life and death. Returns how many credentials had left; throws when one of them has no record, or the log is torn. */
export async function killAt(victim: Victim, kill: number): Promise<number> {
  const disk = new CrashDisk(1 + (kill % steps));
  const released = await Promise.race([live(victim, disk), disk.dead.then((): string[] => [])]);
  assert.deepEqual(released, [], 'the process lived on');
  const left = disk.left(((kill * 7919) % 101) / 100);
  const revived = new CrashDisk(Number.POSITIVE_INFINITY, left);
  const log = await openAuditLog({ directory: '', writer: 'victim', clock: Date.now, files: revived });
  await log.close();
  const events = readEvents(revived);
  const ended = victimKeys.get(disk) ?? [];
  for (const key of ended) {
    const recipients = events
      .filter(({ phase, responseElements }) => phase === 'outcome' && keyOf(responseElements) === key)
      .map(({ recipientAccountId }) => recipientAccountId);
    assert.deepEqual(recipients.sort(), [accountId, otherAccountId], `kill ${kill}: the records of ${key}`);
  }
  const finished = new Set(
    events.filter(({ phase }) => phase === 'outcome').map(({ requestID }) => requestID),
  );
  for (const { phase, requestID } of events) if (phase === 'intent') assert.ok(finished.has(requestID));
  return ended.length;
}

/** The keys of the credentials that had left when a disk died. */
const victimKeys = new WeakMap<CrashDisk, string[]>();

/** Hands out credentials for as long as the disk lives. */
async function live({ service, request }: Victim, disk: CrashDisk): Promise<string[]> {
  const released: string[] = [];
  victimKeys.set(disk, released);
  const audit = await openAuditLog({ directory: '', writer: 'victim', clock: Date.now, files: disk });
  const { identity, box, keyring, events } = service.house;
  const handle = createPipeline({
    services: { sts },
    guesses: new GuessLimit(),
    identity,
    box,
    keyring,
    events,
    audit,
    noise: new NoiseLimit(),
    clock: service.now,
    random: randomBytes,
    ...absentPorts,
    region: 'us-east-1',
    domain: undefined,
    issuerUrl: (id) => `https://issuers.example.com/${id}`,
    ownUrl: () => 'https://brevet.example.com',
    onAnswered: () => undefined,
  });
  const call = async (): Promise<void> => {
    const { status, body } = await handle(request);
    assert.equal(status, 200);
    released.push(/<AccessKeyId>(.*)<\/AccessKeyId>/.exec(body)?.[1] ?? '?');
  };
  for (let round = 0; round < steps; round++) await Promise.all(Array.from({ length: together }, call));
  return released;
}

/** Every line, in order; throws when one is no record or does not follow from the one before it. */
function readEvents(disk: CrashDisk): readonly AuditEvent[] {
  let at = chainStart;
  const events: AuditEvent[] = [];
  for (const bytes of disk.left(1).values()) {
    for (const line of bytes.toString().split('\n').slice(0, -1)) {
      at = verifyLine(line, at);
      const entry = parseAuditLine(line);
      assert.ok(entry !== undefined);
      if (entry.phase !== 'note') events.push(entry);
    }
    assert.ok(bytes.length === 0 || bytes.at(-1) === 10, 'the last line is torn');
  }
  return events;
}

function keyOf(elements: unknown): unknown {
  return (elements as { credentials?: { accessKeyId?: string } } | null)?.credentials?.accessKeyId;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kills = Number(process.argv[2] ?? '1000');
  const victim = await prepareVictim();
  let released = 0;
  for (let kill = 0; kill < kills; kill++) released += await killAt(victim, kill);
  await victim.service.stop();
  process.stdout.write(`${kills} kills, ${released} credentials released, each with its records\n`);
}
