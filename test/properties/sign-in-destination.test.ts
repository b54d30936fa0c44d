import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDestination } from '../../src/servers/signin/destination.ts';

const own = ['https://sts.example.com', 'http://127.0.0.1:4592'];
const others = ['https://console.example.org'];

/** What addresses are made of, and what tricks are made of. */
const pieces = [
  ...[
    '/',
    '//',
    '\\',
    '\\\\',
    '.',
    '..',
    '/..',
    ':',
    '@',
    '#',
    '?',
    '%2f',
    '%5c',
    '%00',
    '\t',
    '\n',
    '\r',
    ' ',
    '\u0000',
  ],
  ...[
    'http:',
    'https:',
    'HTTPS:',
    'javascript:',
    'data:',
    'blob:',
    'file:',
    '//evil.example.com',
    'evil.example.com',
  ],
  ...[
    'sts.example.com',
    'sts.example.com:443',
    'console.example.org',
    '127.0.0.1:4592',
    'user',
    'console',
    '\u3002',
    '\uff0f',
    'ä',
  ],
];
const address = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join('')),
  fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 6 })
    .map((parts) => parts.join('')),
  fc.string(),
  fc.webUrl(),
);

test('whatever is given for a destination, a browser stays on the host it is on or goes to one of the settings', () => {
  fc.assert(
    fc.property(address, fc.constantFrom(...own), (text, here) => {
      const location = readDestination(text, { own, others });
      if (location === undefined) return;
      assert.match(location, /^[\u0021-\u007e]+$/);
      const { origin, username, password } = new URL(location, `${here}/federation?Action=login`);
      assert.ok([here, ...others].includes(origin), `${JSON.stringify(text)} leads to ${origin}`);
      assert.deepEqual([username, password], ['', '']);
    }),
    { numRuns: 20_000 },
  );
});
