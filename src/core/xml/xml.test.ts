import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeXml } from './index.ts';

test('what would be markup is not', () => {
  assert.equal(
    escapeXml(`</Message><Code a="b">&amp;]]>'`),
    "&lt;/Message&gt;&lt;Code a=&quot;b&quot;&gt;&amp;amp;]]&gt;'",
  );
});

test('a carriage return survives the reader, which would make a line feed of it', () => {
  assert.equal(escapeXml('a\r\n\tb'), 'a&#xD;\n\tb');
});

test('what XML forbids is replaced', () => {
  assert.equal(escapeXml('a\u0000b\u0008c\u001fd\ufffee\uffff'), 'a\ufffdb\ufffdc\ufffdd\ufffde\ufffd');
  assert.equal(escapeXml('\ud800a\udc00'), '\ufffda\ufffd');
});

test('all else stays as it is', () => {
  assert.equal(escapeXml('Grüße 漢 😀 \u0085\u007f'), 'Grüße 漢 😀 \u0085\u007f');
});
