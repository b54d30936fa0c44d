import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountOperations, type Member, type OperationModel, type Shape, serviceModels } from '#wire/model';
import { decodeRestJson, encodeRestJson, matchRoute } from './index.ts';

const { account } = serviceModels;
const { ListRegions, DisableRegion } = accountOperations;

const text: Shape = {
  type: 'string',
  name: 'text',
  min: undefined,
  max: undefined,
  pattern: undefined,
  enum: undefined,
  sensitive: false,
};
const integer: Shape = { type: 'integer', name: 'n', min: undefined, max: undefined };
const texts: Shape = {
  type: 'list',
  name: 'texts',
  member: text,
  memberWireName: 'member',
  flattened: false,
  min: undefined,
  max: undefined,
};

function member(name: string, location: Member['location'], shape: Shape): Member {
  return { name, wireName: name.toLowerCase(), required: false, location, shape };
}

const members = [
  member('Name', 'uri', text),
  member('Size', 'querystring', integer),
  member('Whole', 'querystring', { type: 'boolean', name: 'b' }),
  member('Kinds', 'querystring', texts),
  member('Note', 'body', text),
];

/** An operation with something in every place REST-JSON has. */
const everywhere: OperationModel = {
  ...DisableRegion,
  http: { method: 'GET', uri: '/things/{name}/parts', status: 200 },
  input: {
    type: 'structure',
    name: 'In',
    members,
    memberByWireName: new Map(members.map((one) => [one.wireName, one])),
    error: undefined,
  },
};

function serviceWith(uri: string): typeof account {
  const operation = { ...everywhere, http: { ...everywhere.http, uri } };
  return { ...account, operations: new Map([['Do', operation]]) };
}

describe('matchRoute', () => {
  test('finds an operation by method and path', () => {
    assert.equal(matchRoute(account, 'POST', '/listRegions')?.operation, ListRegions);
  });

  test('finds nothing for another method, another case, a longer or a shorter path', () => {
    for (const [method, path] of [
      ['GET', '/listRegions'],
      ['POST', '/listregions'],
      ['POST', '/listRegions/'],
      ['POST', '/listRegions/x'],
      ['POST', '/'],
      ['POST', ''],
    ] as const) {
      assert.equal(matchRoute(account, method, path), undefined);
    }
  });

  test('reads labels, unescaped, and never an empty one', () => {
    const service = serviceWith('/things/{name}/parts');
    assert.deepEqual(matchRoute(service, 'GET', '/things/a%2Fb/parts')?.labels, { name: 'a/b' });
    assert.equal(matchRoute(service, 'GET', '/things//parts'), undefined);
    assert.equal(matchRoute(service, 'GET', '/things/a'), undefined);
  });

  test('lets a greedy label take the rest of the path', () => {
    const service = serviceWith('/things/{path+}');
    assert.deepEqual(matchRoute(service, 'GET', '/things/a/b%20c')?.labels, { path: 'a/b c' });
    assert.equal(matchRoute(service, 'GET', '/things/'), undefined);
  });

  test('refuses a label whose escape is not UTF-8', () => {
    assert.throws(() => matchRoute(serviceWith('/{name}'), 'GET', '/%ff'), {
      code: 'SerializationException',
      message: 'The path contains a percent escape that is not valid UTF-8.',
    });
  });
});

describe('decodeRestJson', () => {
  test('reads path, query and body, each member only from its own place', () => {
    const input = decodeRestJson(everywhere, {
      labels: { name: 'one', note: 'from the path' },
      target: '/things/one/parts?size=3&whole=true&kinds=a&kinds=b&note=from+the+query&name=from+the+query',
      body: Buffer.from('{"note":"from the body","name":"from the body","size":9}'),
    });
    assert.deepEqual(input, { Note: 'from the body', Name: 'one', Size: 3, Whole: true, Kinds: ['a', 'b'] });
  });

  test('leaves out what the request does not say', () => {
    assert.deepEqual(
      decodeRestJson(ListRegions, { labels: {}, target: '/listRegions', body: Buffer.from('') }),
      {},
    );
  });

  for (const [query, message] of [
    ['size=x', 'size must be a number.'],
    ['size=1.5', 'size must be a 32-bit integer.'],
    ['whole=1', 'whole must be a boolean.'],
  ] as const) {
    test(`refuses ${query}`, () => {
      const request = { labels: {}, target: `/?${query}`, body: Buffer.from('') };
      assert.throws(() => decodeRestJson(everywhere, request), { code: 'SerializationException', message });
    });
  }
});

describe('encodeRestJson', () => {
  test('writes the output as JSON, and nothing for an operation without output', () => {
    const output = { Regions: [{ RegionName: 'us-east-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' }] };
    assert.equal(
      encodeRestJson(ListRegions, output),
      '{"Regions":[{"RegionName":"us-east-1","RegionOptStatus":"ENABLED_BY_DEFAULT"}]}',
    );
    assert.equal(encodeRestJson(DisableRegion, undefined), '');
  });
});

describe('what may stand in query or body', () => {
  const { CreateSession } = Object.fromEntries(serviceModels.rolesanywhere.operations);
  const arn = (id: number) => `arn:aws:rolesanywhere:us-east-1:111122223333:profile/${id}`;
  const read = (query: string, body: object) =>
    decodeRestJson(CreateSession as never, {
      labels: {},
      target: `/sessions${query}`,
      body: Buffer.from(JSON.stringify(body)),
    });

  test('is read from either, and from both when they say the same', () => {
    const query = `?profileArn=${encodeURIComponent(arn(1))}`;
    for (const [text, body] of [
      [query, {}],
      ['', { profileArn: arn(1) }],
      [query, { profileArn: arn(1) }],
    ] as const) {
      assert.deepEqual(read(text, body), { profileArn: arn(1) });
    }
  });

  test('is refused with two meanings', () => {
    const error = {
      code: 'SerializationException',
      message: 'profileArn is given twice, with two values.',
    };
    assert.throws(() => read(`?profileArn=${arn(1)}`, { profileArn: arn(2) }), error);
    assert.throws(() => read(`?profileArn=${arn(1)}&profileArn=${arn(2)}`, {}), error);
  });
});
