/**
 * QR codes (ISO/IEC 18004) of text, and PNG images of them, so that a phone can read the seed of a virtual MFA device.
 * Byte mode and error correction level M only, which is what cameras want of a screen. Pure: the same text gives the same bytes.
 * Called by services.
 */
export { encodePng } from './png.ts';
export { encodeQrCode, type QrCode, QrCodeError } from './qr-code.ts';
