/**
 * XML: text made safe going out, and a reader of plain elements coming in.
 * It resolves no entities of a document's own and fetches nothing. What a document means is its caller's to say.
 * Called by core/s3 and wire/query.
 */
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
