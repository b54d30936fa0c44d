/**
 * XML: text made safe going out; coming in a reader of plain elements, and one of documents with namespaces that are signed, with the
 * canonical form that signatures are over. It resolves no entities of a document's own and fetches nothing. What a document means is its
 * caller's to say. Called by core/federation, core/s3 and wire/query.
 */
export { canonicalize } from './canonicalize.ts';
export { parseDocument, type XmlAttribute, type XmlNode } from './parse-document.ts';
export { parseXml, type XmlElement, XmlError } from './parse-xml.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** Text made safe as element content or as a double-quoted attribute; characters XML 1.0 forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"\r]/g, (character) => escapes[character] ?? character)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');
}
