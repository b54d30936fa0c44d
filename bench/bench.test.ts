import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measureDoor } from './authorizer.ts';
import { measureGateway } from './gateway.ts';
import { measureInstanceMetadata } from './instance-metadata.ts';
import { brevetDecision } from './policy/brevet.ts';
import { threeRules, twentyPolicies } from './policy/rules.ts';
import { formatTable } from './report.ts';
import { measureSaml } from './saml.ts';
import { measureThroughput } from './throughput.ts';
import { measureWebIdentity } from './web-identity.ts';

describe('the benchmarks', () => {
  it('drive every server and get nothing but good answers', async () => {
    const rows = await measureThroughput({
      rounds: 1,
      milliseconds: 20,
      warmUpMilliseconds: 20,
      roles: 5,
      workers: [1],
    });
    assert.deepEqual(
      rows.map(({ benchmark }) => benchmark),
      [
        'raw node:http, 1 worker',
        'signature verification, 1 worker',
        'GetCallerIdentity, 1 worker',
        'AssumeRole, 1 worker',
      ],
    );
    for (const { benchmark, result } of rows) assert.match(result, /^[0-9]+\.[0-9]{2}× raw$/, benchmark);
  });

  it('drive the door for reverse proxies and get in', async () => {
    const rows = await measureDoor({ rounds: 1, milliseconds: 20, warmUpMilliseconds: 20 });
    assert.deepEqual(
      rows.map(({ benchmark }) => benchmark),
      ['raw node:http, 1 worker', 'forward-auth door, 1 worker'],
    );
  });

  it('send objects through the gateway and fetch them', async () => {
    const rows = await measureGateway({
      ...{ rounds: 1, milliseconds: 20, warmUpMilliseconds: 20 },
      ...{ transferBytes: 1_048_576, transfers: 1 },
    });
    assert.deepEqual(
      rows.map(({ benchmark }) => benchmark).filter((name) => name.startsWith('gateway')),
      ['gateway, GET of 1 kB', 'gateway, 1 MiB up', 'gateway, 1 MiB down'],
    );
  });

  it('read the credentials of an instance', async () => {
    const rows = await measureInstanceMetadata({ rounds: 1, milliseconds: 20, warmUpMilliseconds: 20 });
    assert.deepEqual(
      rows.map(({ benchmark }) => benchmark),
      ['raw node:http, 1 worker', 'instance credentials, 1 worker'],
    );
  });

  it('give roles for tokens, in process and over HTTP', async () => {
    const rows = await measureWebIdentity({ rounds: 1, milliseconds: 20, warmUpMilliseconds: 20 });
    assert.deepEqual(
      rows.map(({ benchmark }) => benchmark),
      [
        "jose's bare verification, RS256",
        'AssumeRoleWithWebIdentity in process, RS256',
        "jose's bare verification, ES256",
        'AssumeRoleWithWebIdentity in process, ES256',
        'raw node:http, 1 worker',
        'a server that verifies with jose, 1 worker',
        'AssumeRoleWithWebIdentity, 1 worker',
        'AssumeRoleWithWebIdentity over HTTP, processor',
      ],
    );
  });

  it('sign people in with SAML', async () => {
    const rows = await measureSaml({ calls: 2, assertions: 4 });
    assert.deepEqual(
      rows.map(({ benchmark }) => benchmark),
      [
        'SAML response verified, two signatures',
        'SAML response, the largest',
        'AssumeRoleWithSAML, on the disk, 1 process',
      ],
    );
  });

  it('ask policies a question that only their last statement allows', () => {
    assert.equal(brevetDecision([threeRules])(), true);
    assert.equal(brevetDecision([threeRules.slice(0, -1)])(), false);
    assert.equal(brevetDecision(twentyPolicies)(), true);
    assert.equal(brevetDecision(twentyPolicies.slice(0, -1))(), false);
  });

  it('print a table that says which aims are missed', () => {
    const rows = [
      { benchmark: 'one', result: '2', aim: { text: '≥ 1', met: true }, detail: '' },
      { benchmark: 'two', result: '0', aim: { text: '≥ 1', met: false }, detail: 'slow' },
    ];
    assert.equal(
      formatTable(rows),
      [
        '| Benchmark | Result | Aim          | Detail |',
        '| --------- | ------ | ------------ | ------ |',
        '| one       | 2      | ≥ 1 ✓        |        |',
        '| two       | 0      | ≥ 1 ✗ missed | slow   |',
        '',
      ].join('\n'),
    );
  });
});
