/** The two sides of the field GF(2^8) with the polynomial x^8+x^4+x^3+x^2+1, by which ISO/IEC 18004 counts. */
const powers = new Uint8Array(255);
const logarithms = new Uint8Array(256);
let power = 1;
for (let exponent = 0; exponent < 255; exponent++) {
  powers[exponent] = power;
  logarithms[power] = exponent;
  power = power << 1 > 255 ? (power << 1) ^ 0x11d : power << 1;
}

function multiply(left: number, right: number): number {
  if (left === 0 || right === 0) return 0;
  return powers[((logarithms[left] ?? 0) + (logarithms[right] ?? 0)) % 255] ?? 0;
}

/** The coefficients of (x-1)(x-2)(x-4)… without the leading one, highest first. */
function generator(degree: number): Uint8Array {
  let product = Uint8Array.of(1);
  for (let exponent = 0; exponent < degree; exponent++) {
    const next = new Uint8Array(product.length + 1);
    for (const [index, coefficient] of product.entries()) {
      next[index] = (next[index] ?? 0) ^ coefficient;
      next[index + 1] = multiply(coefficient, powers[exponent] ?? 0);
    }
    product = next;
  }
  return product.subarray(1);
}

/** The Reed-Solomon codewords of one block of data (ISO/IEC 18004 §7.5). */
export function errorCorrection(data: Uint8Array, count: number): Uint8Array {
  const divisor = generator(count);
  const remainder = new Uint8Array(count);
  for (const byte of data) {
    const factor = byte ^ (remainder[0] ?? 0);
    remainder.copyWithin(0, 1);
    remainder[count - 1] = 0;
    for (const [index, coefficient] of divisor.entries()) {
      remainder[index] = (remainder[index] ?? 0) ^ multiply(coefficient, factor);
    }
  }
  return remainder;
}
