import { X509Error } from './x509-error.ts';

/**
 * The blocks of that label in PEM (RFC 7468), each as its bytes. Text around the blocks is let be, other blocks are not.
 * Throws X509Error Malformed for none at all and for what is not base64.
 */
export function parsePem(text: string, label: string): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  const found = text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,64})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g);
  for (const [, name, body = ''] of found) {
    const joined = body.replaceAll(/\s/g, '');
    const bytes = Buffer.from(joined, 'base64');
    if (name !== label || bytes.length === 0 || bytes.toString('base64') !== joined) throw notPem(label);
    blocks.push(new Uint8Array(bytes));
  }
  if (blocks.length === 0 || text.split('-----BEGIN ').length !== blocks.length + 1) throw notPem(label);
  return blocks;
}

/** PEM of one block, lines of 64 characters. */
export function formatPem(bytes: Uint8Array, label: string): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function notPem(label: string): X509Error {
  return new X509Error('Malformed', `The text is not PEM of ${label}.`);
}
