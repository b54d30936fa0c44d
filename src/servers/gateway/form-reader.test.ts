import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormReader } from './form-reader.ts';

const contentType = 'multipart/form-data; boundary=b';

function part(name: string, value: string): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
}

test('a form that comes byte by byte is the one that comes at once', () => {
  const head = `${[part('key', 'a--b'), part('', ''), part('acl', 'private\r\n')].join('\r\n')}\r\n${part('file', '')}`;
  const form = Buffer.from(`${head}content\r\n--b--\r\n`);
  const read = (pieces: readonly Buffer[]): unknown => {
    const reader = new FormReader(contentType, form.length);
    const left = [...pieces];
    let found: ReturnType<FormReader['takeHead']>;
    while (found === undefined) found = reader.takeHead(left.shift() ?? assert.fail('no head'));
    const file = [...reader.takeFile(new Uint8Array()), ...left.flatMap((piece) => reader.takeFile(piece))];
    return { found, length: reader.fileLength, file: Buffer.concat([...file, ...reader.end()]).toString() };
  };
  const whole = read([form]);
  assert.deepEqual(whole, {
    found: {
      fields: [
        ['key', 'a--b'],
        ['', ''],
        ['acl', 'private\r\n'],
      ],
      fileName: '',
    },
    length: 7,
    file: 'content',
  });
  assert.deepEqual(read(Array.from(form, (byte) => Buffer.from([byte]))), whole);
});

test('a head of very many fields that comes byte by byte costs little', () => {
  const reader = new FormReader(contentType, 1_000_000);
  reader.takeHead(Buffer.from(`${part('a', '')}\r\n`.repeat(1000)));
  const start = performance.now();
  for (let index = 0; index < 10_000; index += 1) reader.takeHead(Buffer.from('-'));
  // Read anew at each byte it takes ten.
  assert.ok(performance.now() - start < 4000);
});
