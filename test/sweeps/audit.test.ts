import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OperationModel, ServiceName, Shape } from '#wire/model';
import type { Credentials } from '../started-service.ts';
import { type Fields, minimalInput } from './minimal-input.ts';
import { actionOf, built, type Reply, registered, type Sweep, startSweep } from './sweep.ts';

interface AuditRecord {
  readonly phase: 'intent' | 'outcome';
  readonly eventName: string;
  readonly eventSource: string;
  readonly errorCode?: string;
  readonly requestID: string;
  readonly userIdentity: { readonly arn?: string };
  readonly readOnly: boolean;
}

/** Services whose models mark the names and addresses of people and accounts: these belong in the records. */
const marksPeople: ReadonlySet<ServiceName> = new Set(['organizations', 'account']);

/** Codes that CloudTrail spells otherwise than the wire, by the SDK's name of the error. */
const spellings: Readonly<Record<string, string>> = {
  ExpiredToken: 'ExpiredTokenException',
  UnsupportedOperationException: 'UnsupportedOperation',
  ValidationError: 'ValidationException',
};

/** CloudTrail names modelled errors by their shape, as the SDK does; a denial has one name in all services. */
function recordedCode(model: OperationModel, error: Reply['error']): string | undefined {
  if (error === undefined || model.service.errors.has(error.code)) return error?.name;
  return error.code === 'AccessDeniedException' ? 'AccessDenied' : (spellings[error.name] ?? error.name);
}

let sweep: Sweep;
let nobody: Credentials;
const secrets = new Set<string>();
const replies = new Map<string, Reply>();
let lines: readonly string[] = [];
const records = new Map<string, AuditRecord[]>();

/** Every text under a member that the model calls sensitive. */
function sensitiveTexts(shape: Shape | undefined, value: unknown): readonly string[] {
  if (shape === undefined || value === undefined || value === null) return [];
  switch (shape.type) {
    case 'structure':
      return shape.members.flatMap((member) => sensitiveTexts(member.shape, (value as Fields)[member.name]));
    case 'list':
      return (value as readonly unknown[]).flatMap((item) => sensitiveTexts(shape.member, item));
    case 'map':
      return Object.values(value as Fields).flatMap((item) => sensitiveTexts(shape.value, item));
    case 'string':
      return shape.sensitive ? [value as string] : [];
    case 'blob':
      return shape.sensitive ? [Buffer.from(value as Uint8Array).toString()] : [];
    default:
      return [];
  }
}

/** The input with a secret of our own in every member that the model calls sensitive: long enough to be found, of any shape. */
function plantSecrets({ input: shape, name }: OperationModel, input: Fields): Fields {
  const planted = (shape?.members ?? []).flatMap((member) => {
    if (member.shape.type !== 'string' || !member.shape.sensitive) return [];
    const secret = `Secret-of-${name}-${member.name}-1`;
    secrets.add(secret);
    return [[member.name, secret]];
  });
  return { ...input, ...Object.fromEntries(planted) };
}

before(async () => {
  sweep = await startSweep();
  nobody = await sweep.addUser('nobody');
  secrets.add(sweep.service.root.secretAccessKey).add(nobody.secretAccessKey);
  for (const { model } of registered) {
    const minimal = minimalInput(model);
    const input = marksPeople.has(model.service.service) ? minimal : plantSecrets(model, minimal);
    const byRoot = await sweep.call(model, input);
    replies.set(`${actionOf(model)} called by root`, byRoot);
    const { Credentials: session } = (byRoot.output ?? {}) as { Credentials?: { SessionToken?: string } };
    if (session?.SessionToken !== undefined) secrets.add(session.SessionToken);
    if (!marksPeople.has(model.service.service)) {
      for (const secret of sensitiveTexts(model.output, byRoot.output)) secrets.add(secret);
    }
    replies.set(`${actionOf(model)} called by nobody`, await sweep.call(model, input, nobody));
    const [missing] =
      model.input?.members.filter((member) => member.required && member.location !== 'uri') ?? [];
    if (missing !== undefined) {
      const { [missing.name]: _missing, ...rest } = input;
      replies.set(`${actionOf(model)} called without ${missing.name}`, await sweep.call(model, rest));
    }
  }
  lines = await sweep.auditLines();
  for (const line of lines) {
    const record = JSON.parse(line) as AuditRecord;
    records.set(record.requestID, [...(records.get(record.requestID) ?? []), record]);
  }
});
after(() => sweep.stop());

describe('the audit log', () => {
  for (const operation of registered) {
    const { model } = operation;
    test(`has for ${actionOf(model)} one outcome of every call, under its name, with its error`, () => {
      const calls = [...replies].filter(([call]) => call.startsWith(`${actionOf(model)} called `));
      assert.ok(calls.length >= 2);
      for (const [call, { requestId, error }] of calls) {
        const [outcome, ...more] = (records.get(requestId) ?? []).filter(({ phase }) => phase === 'outcome');
        assert.ok(outcome, call);
        assert.deepEqual(more, [], call);
        assert.deepEqual(
          [outcome.eventName, outcome.eventSource, outcome.errorCode],
          [model.name, `${model.service.service}.amazonaws.com`, recordedCode(model, error)],
          call,
        );
      }
    });
  }

  for (const { model, effect, readOnly = effect === 'read' } of built) {
    test(`has for ${actionOf(model)} ${effect === 'read' ? 'no intent' : 'the intent before each outcome that came of a change'}`, () => {
      const { requestId, error } = replies.get(`${actionOf(model)} called by root`) ?? {};
      const phases = (records.get(requestId ?? '') ?? []).map(({ phase }) => phase);
      if (effect === 'read') assert.deepEqual(phases, ['outcome']);
      else if (effect === 'change' && error === undefined) assert.deepEqual(phases, ['intent', 'outcome']);
      // A credential that is made without a change of the store has nothing to say before its outcome.
      else assert.match(phases.join(' '), /^(intent )?outcome$/);
      assert.ok((records.get(requestId ?? '') ?? []).every((record) => record.readOnly === readOnly));
    });
  }

  test('holds none of the secrets that went in or came out', () => {
    assert.ok(secrets.size > 10, `${secrets.size}`);
    const text = lines.join('\n');
    for (const secret of secrets) {
      assert.equal(text.includes(secret), false, secret);
      assert.equal(text.includes(JSON.stringify(secret).slice(1, -1)), false, secret);
      assert.equal(text.includes(encodeURIComponent(secret)), false, secret);
    }
  });
});
