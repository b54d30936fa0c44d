import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDestination } from './destination.ts';

const allowed = {
  own: ['https://sts.example.com', 'http://127.0.0.1:4592'],
  others: ['https://console.example.org', 'http://localhost:3000'],
};

const taken: Readonly<Record<string, string>> = {
  '/console': '/console',
  console: '/console',
  '/a/../console': '/console',
  '/console?next=https://evil.example.com/#x': '/console?next=https://evil.example.com/#x',
  '/%0d%0aSet-Cookie:%20a=b': '/%0d%0aSet-Cookie:%20a=b',
  '/%2F%2Fevil.example.com': '/%2F%2Fevil.example.com',
  'https:evil.example.com': '/evil.example.com',
  '/grüße': '/gr%C3%BC%C3%9Fe',
  'https://sts.example.com': '/',
  'HTTPS://STS.example.com:443/console': '/console',
  'http://127.0.0.1:4592/console/home': '/console/home',
  'https://console.example.org/start?a=b': 'https://console.example.org/start?a=b',
  'http://localhost:3000': 'http://localhost:3000/',
};

const refused: readonly string[] = [
  'https://console.aws.amazon.com/',
  '//evil.example.com',
  '///evil.example.com',
  '/\\evil.example.com',
  '\\\\evil.example.com',
  '\\/evil.example.com',
  'https:/\\evil.example.com',
  'https://sts.example.com//evil.example.com',
  'https://sts.example.com/\\evil.example.com',
  'https://sts.example.com/x/..//evil.example.com',
  'https://sts.example.com@evil.example.com/',
  'https://sts.example.com.evil.example.com/',
  'https://evil.example.com#https://sts.example.com',
  'https://user@sts.example.com/',
  'https://user:secret@console.example.org/',
  'http://sts.example.com/',
  'https://sts.example.com:8443/',
  'https://console.example.org:8443/',
  'http://console.example.org/',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://sts.example.com/1',
  'ftp://sts.example.com/',
  '/console\r\nSet-Cookie: a=b',
  '/console\n',
  '/\t/evil.example.com',
  ' https://evil.example.com',
  '/console\u0000',
  'http://[::1',
  `/${'a'.repeat(2048)}`,
];

describe('a destination', () => {
  for (const [text, location] of Object.entries(taken)) {
    test(`leads to ${location}: ${text}`, () => assert.equal(readDestination(text, allowed), location));
  }
  for (const text of refused) {
    test(`leads nowhere: ${JSON.stringify(text.slice(0, 60))}`, () =>
      assert.equal(readDestination(text, allowed), undefined));
  }

  test('is of this host wherever a browser takes what is written for it', () => {
    for (const text of [...Object.keys(taken), ...refused]) {
      const location = readDestination(text, allowed);
      if (location === undefined) continue;
      const { origin } = new URL(location, 'https://sts.example.com/federation');
      assert.ok(['https://sts.example.com', ...allowed.others].includes(origin), text);
    }
  });
});
