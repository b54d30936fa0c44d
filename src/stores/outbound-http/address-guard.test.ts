import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddressGuard, isAddressRange } from './address-guard.ts';

const refused = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '2001:0:7f00:1::',
  '2001:db8::1',
  '2002:7f00:1::',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:169.254.169.254',
  '0:0:0:0:0:ffff:a00:1',
  '::127.0.0.1',
  'localhost',
  '127.1',
  '',
];

test('addresses that are not public are refused, however they are written', () => {
  const guard = createAddressGuard([]);
  for (const address of refused) assert.equal(guard(address), false, address);
});

test('public addresses pass', () => {
  const guard = createAddressGuard([]);
  for (const address of ['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1']) {
    assert.equal(guard(address), true, address);
  }
});

test('what the settings list passes, and nothing beside it', () => {
  const guard = createAddressGuard(['127.0.0.0/8', 'fd00::/8', '10.0.0.7']);
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1', 'fd00::1', '10.0.0.7', '1.1.1.1']) {
    assert.equal(guard(address), true, address);
  }
  for (const address of ['10.0.0.8', '169.254.169.254', '::1', 'fe80::1']) {
    assert.equal(guard(address), false, address);
  }
});

test('a range is an address and a number of bits, or an address', () => {
  for (const text of ['10.0.0.0/8', '10.0.0.1', 'fd00::/8', '::1', '0.0.0.0/0', '::/128']) {
    assert.equal(isAddressRange(text), true, text);
  }
  for (const text of [
    '',
    '10',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '::/129',
    '10.0.0.0/8/8',
    'fe80::1%a/64',
    'a',
  ]) {
    assert.equal(isAddressRange(text), false, text);
    assert.throws(() => createAddressGuard([text]), { message: `${text} is no address range` });
  }
});
