import { isListOf, parsePem, parseRevocationList, type RevocationList } from '#core/x509';
import type { RevocationListDocument, TrustAnchorDocument } from '#stores/identity';
import { checked, invalid } from '../base/faults.ts';
import { anchorCertificates } from '../trust-anchor/certificates.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A list as it is stored: PEM of one list that an authority of the trust anchor signed and that is current. A list that counts for nothing
 * would be trusted wrongly. Throws ValidationException.
 */
export function readList(data: Uint8Array, anchor: TrustAnchorDocument, now: number): string {
  const text = decode(data);
  checked(() => {
    const list = parseList(text);
    if (!anchorCertificates(anchor).some((authority) => isListOf(list, authority))) {
      throw invalid(
        'The list is not signed by a certificate authority of the trust anchor that may sign lists.',
      );
    }
    if (now < list.thisUpdate || now >= list.nextUpdate) throw invalid('The list is not current.');
  });
  return text;
}

function decode(data: Uint8Array): string {
  try {
    return utf8.decode(data);
  } catch {
    throw invalid('The list is not PEM.');
  }
}

function parseList(text: string): RevocationList {
  const [block, ...more] = parsePem(text, 'X509 CRL');
  if (block === undefined || more.length > 0) throw invalid('There must be one list.');
  return parseRevocationList(block);
}

/** Documents are never changed in place, so what was read of one holds for as long as it is there. */
const read = new WeakMap<RevocationListDocument, RevocationList>();

/** The list of a document. */
export function revocationListOf(document: RevocationListDocument): RevocationList {
  let list = read.get(document);
  if (list === undefined) {
    list = parseList(document.list);
    read.set(document, list);
  }
  return list;
}
