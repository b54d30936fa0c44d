import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { validateInput, violationFault } from '#wire/constraints';
import { Fault, fault } from '#wire/faults';
import { decodeJson } from '#wire/json';
import { type OperationModel, serviceModels } from '#wire/model';
import { decodeQuery, encodeQueryFaultXml, encodeQueryXml, parseForm } from '#wire/query';
import { matchRoute } from '#wire/rest-json';

const { sts, iam, organizations, account } = serviceModels;
const runs = 300;

function operationsOf(...services: readonly (typeof sts)[]): readonly OperationModel[] {
  return services.flatMap((service) => [...service.operations.values()]);
}

/** The result, or the Fault; anything else that is thrown fails the property. */
function faultOr<T>(work: () => T): T | Fault {
  try {
    return work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

const wildText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('', '0', '-1', 'true'));

/** Names made of the models' own words, so that they lead somewhere more often than not. */
const nameText = fc
  .array(
    fc.oneof(
      fc.constantFrom('Tags', 'member', 'Key', 'Value', 'entry', 'PolicyArns', 'arn', 'RoleArn', 'MaxItems'),
      fc.constantFrom(
        'ContextEntries',
        'ContextKeyValues',
        'DurationSeconds',
        '__proto__',
        'constructor',
        '',
      ),
      fc.nat().map(String),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((segments) => segments.join('.'));

const formText = fc
  .array(fc.tuple(fc.oneof(nameText, wildText), wildText), { maxLength: 30 })
  .map((pairs) =>
    pairs
      .map(
        ([name, value]) =>
          `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
      )
      .join('&'),
  );

describe('whatever arrives', () => {
  test('parseForm reads it or throws a Fault', () => {
    fc.assert(
      fc.property(
        fc.oneof(wildText, fc.string({ unit: fc.constantFrom('%', '=', '&', '+', 'a', '2', 'f', 'C', '3') })),
        (text) => {
          const result = faultOr(() => parseForm(text));
          if (result instanceof Fault) assert.equal(result.code, 'MalformedQueryString');
        },
      ),
      { numRuns: runs * 3 },
    );
  });

  test('decodeQuery reads it or throws MalformedInput, and validation can judge what it read', () => {
    fc.assert(
      fc.property(fc.constantFrom(...operationsOf(sts, iam)), formText, (operation, text) => {
        const input = faultOr(() => decodeQuery(operation, parseForm(text)));
        if (input instanceof Fault) assert.equal(input.code, 'MalformedInput');
        else violationFault(operation.service, validateInput(operation, input));
      }),
      { numRuns: runs * 3 },
    );
  });

  test('decodeJson reads it or throws SerializationException, and validation can judge what it read', () => {
    const body = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .dictionary(
          fc.constantFrom('Email', 'AccountName', 'Tags', 'Filter', 'Policies', 'MaxResults', '__proto__'),
          fc.jsonValue(),
        )
        .map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(fc.constantFrom(...operationsOf(organizations)), body, (operation, bytes) => {
        const input = faultOr(() => decodeJson(operation, bytes));
        if (input instanceof Fault) assert.equal(input.code, 'SerializationException');
        else violationFault(operation.service, validateInput(operation, input));
      }),
      { numRuns: runs * 3 },
    );
  });

  test('matchRoute finds an operation, nothing, or throws SerializationException', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        const found = faultOr(() => matchRoute(account, 'POST', path));
        if (found instanceof Fault) assert.equal(found.code, 'SerializationException');
      }),
      { numRuns: runs },
    );
  });
});

describe('forms', () => {
  test('are read back as they were written', () => {
    const wellFormed = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(wellFormed, wellFormed), { minLength: 1, maxLength: 20 }), (pairs) => {
        const entries = pairs.map(([name, value]): [string, string] => [name, value]);
        assert.deepEqual(parseForm(new URLSearchParams(entries).toString()).entries, entries);
      }),
      { numRuns: runs },
    );
  });
});

describe('work is linear in the request', () => {
  /** Milliseconds that no linear reading of a few megabytes takes even on a busy machine. */
  const patienceMilliseconds = 5_000;

  const hostile: readonly (readonly [string, string])[] = [
    ['a name of a million dots', `${'.'.repeat(1_000_000)}=1`],
    ['a deep name of known words', `${'Tags.member.1.'.repeat(100_000)}Key=1`],
    [
      'many members with huge indexes',
      Array.from({ length: 19_000 }, (_, at) => `Tags.member.${999_999_999 - at}.Key=k`).join('&'),
    ],
    ['one name many times', Array.from({ length: 19_000 }, () => 'RoleArn=a').join('&')],
    ['a number of a million digits', `DurationSeconds=${'9'.repeat(1_000_000)}`],
    ['a session name of a million characters', `RoleSessionName=${'a'.repeat(1_000_000)}%21`],
    ['a million ampersands', '&'.repeat(1_000_000)],
  ];
  for (const [name, text] of hostile) {
    test(name, () => {
      const operation = sts.operations.get('AssumeRole');
      assert.ok(operation);
      const start = performance.now();
      const input = faultOr(() => decodeQuery(operation, parseForm(text)));
      if (!(input instanceof Fault)) violationFault(sts, validateInput(operation, input));
      assert.ok(performance.now() - start < patienceMilliseconds);
    });
  }

  test('a path of a managed policy at its longest', () => {
    const operation = iam.operations.get('CreatePolicy');
    assert.ok(operation);
    const start = performance.now();
    const input = { PolicyName: 'p', PolicyDocument: '{}', Path: `${'/a'.repeat(500)}!` };
    assert.ok(validateInput(operation, input).length > 0);
    assert.ok(performance.now() - start < patienceMilliseconds);
  });
});

describe('XML', () => {
  test('never carries an unescaped character of the data', () => {
    const operation = sts.operations.get('GetCallerIdentity');
    assert.ok(operation);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const answers = [
          encodeQueryXml(operation, { Arn: text }, 'r').match(/<Arn>([\s\S]*)<\/Arn>/)?.[1] ?? '',
          encodeQueryFaultXml(sts, fault('AccessDenied', text), 'r').match(
            /<Message>([\s\S]*)<\/Message>/,
          )?.[1] ?? '',
        ];
        for (const inner of answers)
          assert.doesNotMatch(inner, /[<>\u0000-\u0008]|&(?!amp;|lt;|gt;|quot;|#xD;)/);
      }),
      { numRuns: runs },
    );
  });
});
