import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { crc32, inflateSync } from 'node:zlib';
import { encodePng, encodeQrCode, type QrCode } from '#core/qr-code';

const uri =
  'otpauth://totp/Brevet:bob@111122223333?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Brevet';

function draw(code: QrCode): readonly string[] {
  return code.map((row) => row.map((isDark) => (isDark ? '#' : '.')).join(''));
}

function hash(code: QrCode): string {
  return createHash('sha256').update(draw(code).join('\n')).digest('hex').slice(0, 16);
}

// Every symbol here, and one of every version, was read back by an independent reader (the npm package qr 0.7.0).
test('the smallest symbol is drawn module by module', () => {
  assert.deepEqual(draw(encodeQrCode('brevet')), [
    '#######.##.##.#######',
    '#.....#.####..#.....#',
    '#.###.#.#.#...#.###.#',
    '#.###.#...#.#.#.###.#',
    '#.###.#.#.#.#.#.###.#',
    '#.....#..#.##.#.....#',
    '#######.#.#.#.#######',
    '.........####........',
    '#..######.#.##..#.###',
    '.#####....#.#.#.#.##.',
    '..#.###.##...##.##.##',
    '..####...###......#.#',
    '#.#..####.....#..#.##',
    '........#.###....###.',
    '#######.#.#.#######..',
    '#.....#.#..###..###..',
    '#.###.#.#.###.#....##',
    '#.###.#.#.###..#..#..',
    '#.###.#..##...#.##.##',
    '#.....#..#...###.####',
    '#######.#..#....#....',
  ]);
});

test('symbols with alignment patterns, several blocks and version information are the ones an independent reader read', () => {
  const shapes = [
    uri.slice(0, 20),
    uri,
    ...[300, 700, 1500, 2331].map((length) => uri.repeat(20).slice(0, length)),
  ].map((text) => {
    const code = encodeQrCode(text);
    return [text.length, code.length, hash(code)];
  });
  assert.deepEqual(shapes, [
    [20, 25, '7c671485d7e4a4e9'],
    [124, 49, 'b2a7d718e8b7e1fb'],
    [300, 69, 'f840272047191209'],
    [700, 101, '2b9874c972bf8ace'],
    [1500, 145, '90b7c9065e9bd966'],
    [2331, 177, '8eee5f863565294c'],
  ]);
});

test('text is counted as UTF-8', () => {
  assert.equal(encodeQrCode('a'.repeat(14)).length, 21);
  assert.equal(encodeQrCode('é'.repeat(7)).length, 21);
  assert.equal(encodeQrCode('é'.repeat(8)).length, 25);
});

test('a text that no symbol holds is refused', () => {
  assert.throws(() => encodeQrCode('a'.repeat(2332)), {
    code: 'TextTooLong',
    message: 'the text is too long for a QR code',
  });
});

test('the PNG holds the symbol in a quiet zone of four modules, each module a square', () => {
  const code = encodeQrCode('brevet');
  const scale = 3;
  const png = Buffer.from(encodePng(code, scale));
  assert.equal(png.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.subarray(at + 4, at + 8).toString();
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)), type);
    chunks.set(type, png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  assert.deepEqual([...chunks.keys()], ['IHDR', 'IDAT', 'IEND']);
  const width = (21 + 8) * scale;
  const header = Buffer.from('0000000000000000' + '0100000000', 'hex');
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(width, 4);
  assert.deepEqual(chunks.get('IHDR'), header);
  const pixels = inflateSync(chunks.get('IDAT') ?? '');
  const bytesPerRow = 1 + Math.ceil(width / 8);
  assert.equal(pixels.length, bytesPerRow * width);
  for (let y = 0; y < width; y++) {
    assert.equal(pixels[y * bytesPerRow], 0);
    for (let x = 0; x < width; x++) {
      const isWhite = (((pixels[y * bytesPerRow + 1 + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1;
      const isDark = code[Math.floor(y / scale) - 4]?.[Math.floor(x / scale) - 4] ?? false;
      assert.equal(isWhite, !isDark, `pixel ${x},${y}`);
    }
  }
});
