import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { AuditEvent } from '#core/audit';
import { openAuditLog } from '#stores/audit-log';
import { auditEvent } from '../../../../test/audit-event.ts';
import { noPeople } from '../../../../test/no-people.ts';
import { runCommandLine } from '../index.ts';

const now = Date.UTC(2026, 0, 2);
const file = '2026-01-02.node-0.jsonl';
let root = '';
let dataDirectory = '';
let count = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'brevet-audit-command-'));
});
after(() => rm(root, { recursive: true }));

const user = {
  type: 'IAMUser',
  arn: 'arn:aws:iam::111122223333:user/alice',
  accountId: '111122223333',
  accessKeyId: 'AKIAALICE',
  userName: 'alice',
} as const;
const events: readonly AuditEvent[] = [
  { ...auditEvent('CreateUser'), phase: 'intent' },
  auditEvent('CreateUser', {
    userIdentity: user,
    recipientAccountId: '111122223333',
    eventSource: 'iam.amazonaws.com',
  }),
  auditEvent('AssumeRole', {
    errorCode: 'AccessDenied',
    userIdentity: user,
    recipientAccountId: '111122223333',
  }),
  auditEvent('GetRole', { errorCode: 'NoSuchEntityException', recipientAccountId: '444455556666' }),
  auditEvent('Unknown', { errorCode: 'InvalidClientTokenId', eventName: 'Evil\u001b[2J' }),
  auditEvent('DeleteUser', { errorCode: 'InternalFailure', additionalEventData: { outcome: 'unknown' } }),
];

beforeEach(async () => {
  count += 1;
  dataDirectory = join(root, `data-${count}`);
  const log = await openAuditLog({
    directory: join(dataDirectory, 'audit'),
    writer: 'node-0',
    clock: () => now,
  });
  await log.append(...events);
  await log.close();
});

async function brevet(
  given: readonly string[],
  more: { readonly isTerminal?: boolean; readonly onPrinted?: (stop: AbortController) => void } = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const stop = new AbortController();
  const code = await runCommandLine(['audit', ...given, '--data-dir', dataDirectory], {
    ...noPeople,
    version: '1.2.3',
    environment: {},
    workingDirectory: '/here',
    readFile: (path) => {
      throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    },
    readInput: () => '',
    now: () => now,
    interrupted: () => {
      more.onPrinted?.(stop);
      return stop.signal;
    },
    isTerminal: more.isTerminal ?? false,
    serve: () => Promise.reject(new Error('nothing is to be served')),
    serveAuthorizer: () => Promise.reject(new Error('nothing is to be served')),
    serveInstance: () => Promise.reject(new Error('nothing is to be served')),
    servePods: () => Promise.reject(new Error('nothing is to be served')),
    serveWebhook: () => Promise.reject(new Error('nothing is to be served')),
    serveGateway: () => Promise.reject(new Error('nothing is to be served')),
    stdout: (text) => {
      stdout += text;
      if (more.onPrinted !== undefined) stop.abort();
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

describe('brevet audit verify', () => {
  test('says how many records are as they were written', async () => {
    assert.deepEqual(await brevet(['verify']), {
      code: 0,
      stdout: '6 records, none changed, removed or put in\n',
      stderr: '',
    });
    assert.equal((await brevet(['verify', '--json'])).stdout, '{"records":6,"problems":[]}\n');
  });

  test('names the first record that was changed, and exits 1', async () => {
    const path = join(dataDirectory, 'audit', file);
    await writeFile(path, (await readFile(path, 'utf8')).replace('AKIAALICE', 'AKIAMALLO'));
    assert.deepEqual(await brevet(['verify']), {
      code: 1,
      stdout: '',
      stderr: `brevet: ${path}:3: record 2 does not follow from the record before it\n`,
    });
  });

  test('fails where there is no log', async () => {
    await rm(join(dataDirectory, 'audit'), { recursive: true });
    const { code, stderr } = await brevet(['verify']);
    assert.equal(code, 1);
    assert.match(stderr, /^brevet: ENOENT/);
  });
});

describe('brevet audit tail', () => {
  const shown = async (...given: string[]): Promise<readonly string[]> =>
    (await brevet(['tail', '--no-follow', ...given])).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('  ')[2] ?? '');

  test('prints each outcome as a line, and lets no record steer the terminal', async () => {
    const { stdout } = await brevet(['tail', '--no-follow']);
    assert.deepEqual(stdout.split('\n'), [
      '2026-01-02T03:04:05Z  111122223333  iam:CreateUser  arn:aws:iam::111122223333:user/alice  AKIAALICE  127.0.0.1  success',
      '2026-01-02T03:04:05Z  111122223333  sts:AssumeRole  arn:aws:iam::111122223333:user/alice  AKIAALICE  127.0.0.1  denied AccessDenied',
      '2026-01-02T03:04:05Z  444455556666  sts:GetRole  Unknown  -  127.0.0.1  failed NoSuchEntityException',
      '2026-01-02T03:04:05Z  -  sts:Evil\\u001b[2J  Unknown  -  127.0.0.1  failed InvalidClientTokenId',
      '2026-01-02T03:04:05Z  -  sts:DeleteUser  Unknown  -  127.0.0.1  unknown InternalFailure',
      '',
    ]);
  });

  test('filters by caller, event, key, outcome and account', async () => {
    assert.deepEqual(await shown('--principal', 'user/alice'), ['iam:CreateUser', 'sts:AssumeRole']);
    assert.deepEqual(await shown('--event', 'assumerole'), ['sts:AssumeRole']);
    assert.deepEqual(await shown('--access-key', 'AKIAALICE', '--outcome', 'denied'), ['sts:AssumeRole']);
    assert.deepEqual(await shown('--outcome', 'success'), ['iam:CreateUser']);
    assert.deepEqual(await shown('--outcome', 'unknown'), ['sts:DeleteUser']);
    assert.deepEqual(await shown('--account', '444455556666'), ['sts:GetRole']);
    assert.deepEqual(await shown('--access-key', 'AKIAALIC'), []);
  });

  test('prints JSON lines as the log has them', async () => {
    const { stdout } = await brevet(['tail', '--no-follow', '--json', '--event', 'CreateUser']);
    const text = await readFile(join(dataDirectory, 'audit', file), 'utf8');
    assert.equal(stdout, `${text.split('\n')[1]}\n`);
  });

  test('has colour on a terminal only', async () => {
    const { stdout } = await brevet(['tail', '--no-follow', '--event', 'AssumeRole'], { isTerminal: true });
    assert.match(stdout, / \u001b\[31mdenied AccessDenied\u001b\[0m\n$/);
  });

  test('follows what is written after it began, until it is interrupted', async () => {
    const written = async (): Promise<void> => {
      const log = await openAuditLog({
        directory: join(dataDirectory, 'audit'),
        writer: 'node-0',
        clock: () => now,
      });
      await log.append(auditEvent('Later'));
      await log.close();
    };
    const { code, stdout } = await brevet(['tail'], {
      onPrinted: () => void written(),
    });
    assert.equal(code, 0);
    assert.match(stdout, /^2026-01-02T03:04:05Z {2}- {2}sts:Later {2}/);
    assert.equal(stdout.split('\n').length, 2);
  });

  test('refuses an outcome that is none', async () => {
    const { code, stderr } = await brevet(['tail', '--outcome', 'good']);
    assert.equal(code, 2);
    assert.match(stderr, /--outcome: expected one of success, denied, failed, unknown/);
  });
});
