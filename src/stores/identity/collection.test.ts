import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Collection } from './collection.ts';

interface Device {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly owner?: string;
}

let devices: Collection<Device>;
beforeEach(() => {
  devices = new Collection<Device>({
    group: (device) => device.account,
    name: (device) => device.name,
    owner: (device) => device.owner,
  });
});

function add(id: string, name: string, account = 'one', owner?: string): Device {
  const device = owner === undefined ? { id, account, name } : { id, account, name, owner };
  devices.replace(id, device);
  return device;
}

function names(account = 'one'): string[] {
  return devices.list(account).map((device) => device.name);
}

describe('a collection', () => {
  test('finds nothing where nothing was put', () => {
    assert.equal(devices.get('a'), undefined);
    assert.equal(devices.named('one', 'a'), undefined);
    assert.deepEqual([devices.list('one'), devices.owned('x'), devices.count('one')], [[], [], 0]);
    assert.equal(devices.replace('a', undefined), undefined);
  });

  test('finds a document by id, and by name within its group whatever the case', () => {
    const device = add('1', 'Phone');
    assert.equal(devices.get('1'), device);
    for (const name of ['Phone', 'phone', 'PHONE']) assert.equal(devices.named('one', name), device);
    assert.equal(devices.named('two', 'Phone'), undefined);
  });

  test('keeps one name in two groups apart', () => {
    const first = add('1', 'Phone', 'one');
    const second = add('2', 'phone', 'two');
    devices.replace('1', undefined);
    assert.equal(devices.named('one', 'Phone'), undefined);
    assert.equal(devices.named('two', 'Phone'), second);
    assert.equal(first.account, 'one');
  });

  test('lists a group in order of name, ignoring case, also after changes', () => {
    for (const [id, name] of ['b', 'C', 'a', 'D'].entries()) add(`${id}`, name);
    add('9', 'aa', 'two');
    assert.deepEqual(names(), ['a', 'b', 'C', 'D']);
    add('5', 'Bb');
    assert.deepEqual(names(), ['a', 'b', 'Bb', 'C', 'D']);
    devices.replace('0', undefined);
    assert.deepEqual(names(), ['a', 'Bb', 'C', 'D']);
    assert.equal(devices.count('one'), 4);
  });

  test('leaves a list that was handed out as it was', () => {
    add('1', 'a');
    const before = devices.list('one');
    add('2', 'b');
    devices.replace('1', undefined);
    assert.deepEqual(
      before.map((device) => device.name),
      ['a'],
    );
  });

  test('returns what a document took the place of', () => {
    const first = add('1', 'a');
    assert.equal(devices.replace('1', { ...first, name: 'b' }), first);
  });

  test('forgets the old name, group and owner of a document that changes them', () => {
    add('1', 'old', 'one', 'x');
    const moved = add('1', 'new', 'two', 'y');
    assert.equal(devices.named('one', 'old'), undefined);
    assert.equal(devices.named('two', 'new'), moved);
    assert.deepEqual([names('one'), names('two')], [[], ['new']]);
    assert.deepEqual([devices.owned('x'), devices.owned('y')], [[], [moved]]);
  });

  test('changes nothing but the case of a name', () => {
    add('1', 'phone');
    const renamed = add('1', 'Phone');
    assert.equal(devices.named('one', 'phone'), renamed);
    assert.equal(devices.count('one'), 1);
  });

  test('finds both of two documents that swapped their names', () => {
    add('1', 'a');
    add('2', 'b');
    const first = add('1', 'b');
    const second = add('2', 'a');
    assert.equal(devices.named('one', 'b'), first);
    assert.equal(devices.named('one', 'a'), second);
    assert.deepEqual(names(), ['a', 'b']);
  });

  test('finds a document that took a name before the one that had it was removed', () => {
    add('1', 'a');
    const second = add('2', 'A');
    devices.replace('1', undefined);
    assert.equal(devices.named('one', 'a'), second);
    assert.deepEqual(names(), ['A']);
  });

  test('finds documents by owner, and none that has no owner', () => {
    const first = add('1', 'a', 'one', 'x');
    const second = add('2', 'b', 'two', 'x');
    add('3', 'c');
    assert.deepEqual(devices.owned('x'), [first, second]);
    devices.replace('1', undefined);
    assert.deepEqual(devices.owned('x'), [second]);
    assert.deepEqual(devices.owned('undefined'), []);
  });

  test('has every document among its values', () => {
    const all = [add('1', 'a'), add('2', 'b', 'two')];
    assert.deepEqual([...devices.values()], all);
  });
});
