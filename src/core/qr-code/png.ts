import { crc32, deflateSync } from 'node:zlib';
import type { QrCode } from './qr-code.ts';

/** Light modules around the symbol, without which readers do not find it (ISO/IEC 18004 §6.3.8). */
const quietModules = 4;
const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A black and white PNG (ISO/IEC 15948) of a symbol with its quiet zone, each module a square of `scale` pixels. */
export function encodePng(code: QrCode, scale: number): Uint8Array {
  const width = (code.length + 2 * quietModules) * scale;
  const bytesPerRow = 1 + Math.ceil(width / 8);
  const pixels = Buffer.alloc(bytesPerRow * width);
  for (let y = 0; y < width; y++) {
    const row = code[Math.floor(y / scale) - quietModules];
    for (let x = 0; x < width; x++) {
      if (row?.[Math.floor(x / scale) - quietModules] === true) continue;
      // Each row begins with the number of its filter, which is none: 0.
      const at = y * bytesPerRow + 1 + (x >> 3);
      pixels[at] = (pixels[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(width, 4);
  // One bit to a pixel, and that a shade of grey.
  header[8] = 1;
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
