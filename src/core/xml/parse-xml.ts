/** An element without its attributes, which nothing here reads. */
export interface XmlElement {
  readonly name: string;
  /** The text directly inside, character and entity references resolved. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** Text that is not XML, or more of XML than this room reads. */
export class XmlError extends Error {
  readonly code = 'MalformedXml';

  constructor(message: string) {
    super(message);
    this.name = 'XmlError';
  }
}

const depthLimit = 16;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/**
 * Reads a document of plain elements (XML 1.0), in time linear in its length. Names are ASCII and without prefixes. There are no document
 * types, so no entities but the five of XML and nothing to fetch; no processing instructions; and at most 16 levels.
 * Throws XmlError.
 */
export function parseXml(source: string): XmlElement {
  const text = normalizeText(source);
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let at = match(/<\?xml(?:\s+[a-z]+\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))+\s*\?>/y, text, 0)?.end ?? 0;

  const close = (element: OpenElement): void => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.children.push(element);
    else if (root === undefined) root = element;
    else throw new XmlError('more than one root element');
  };

  while (at < text.length) {
    const parent = open.at(-1);
    const less = text.indexOf('<', at);
    const run = text.slice(at, less < 0 ? text.length : less);
    if (parent !== undefined) parent.text += resolveReferences(run);
    else if (run.trim() !== '') throw new XmlError('text outside the root element');
    if (less < 0) break;
    if (text.startsWith('<!--', less)) {
      const end = text.indexOf('--', less + 4);
      if (end < 0 || text[end + 2] !== '>') throw new XmlError('a comment that does not end');
      at = end + 3;
    } else if (text.startsWith('<![CDATA[', less)) {
      const end = text.indexOf(']]>', less + 9);
      if (end < 0 || parent === undefined) throw new XmlError('a CDATA section that does not end');
      parent.text += text.slice(less + 9, end);
      at = end + 3;
    } else if (text.startsWith('</', less)) {
      const end = match(/<\/([A-Za-z_][\w.-]*)\s*>/y, text, less);
      const element = open.pop();
      if (end === undefined || element === undefined || end.name !== element.name) {
        throw new XmlError('an end tag without its start');
      }
      close(element);
      at = end.end;
    } else {
      const tag = readStartTag(text, less);
      if (open.length >= depthLimit) throw new XmlError('too many levels');
      const element = { name: tag.name, text: '', children: [] };
      if (tag.isEmpty) close(element);
      else open.push(element);
      at = tag.end;
    }
  }
  if (root === undefined || open.length > 0) throw new XmlError('an element that does not end');
  return root;
}

/** The text of a document with its line ends as XML has them (XML 1.0 §2.11). Throws XmlError for a character that XML forbids. */
export function normalizeText(source: string): string {
  const text = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  if (!text.isWellFormed() || /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) {
    throw new XmlError('a character that XML forbids');
  }
  return text;
}

function readStartTag(
  text: string,
  start: number,
): { readonly name: string; readonly isEmpty: boolean; readonly end: number } {
  const tag = match(/<([A-Za-z_][\w.-]*)/y, text, start);
  if (tag === undefined) throw new XmlError('a tag that is none');
  let at = tag.end;
  for (;;) {
    const attribute = match(
      /\s+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*=\s*(?:"[^"<]*"|'[^'<]*')/y,
      text,
      at,
    );
    if (attribute === undefined) break;
    at = attribute.end;
  }
  const end = match(/\s*(\/?)>/y, text, at);
  if (end === undefined) throw new XmlError('a tag that does not end');
  return { name: tag.name, isEmpty: end.name === '/', end: end.end };
}

/** What a sticky pattern takes at a place, its group as the name. */
export function match(
  pattern: RegExp,
  text: string,
  at: number,
): { readonly name: string; readonly end: number } | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? undefined : { name: found[1] ?? '', end: pattern.lastIndex };
}

/** Text as it stands between tags or in an attribute, its references resolved. Throws XmlError. */
export function resolveReferences(run: string): string {
  if (run.includes(']]>')) throw new XmlError('the end of a CDATA section without its start');
  if (!run.includes('&')) return run;
  return run.replace(/&([^&;]{0,12};)?/g, (_, reference: string | undefined) => {
    const name = reference?.slice(0, -1) ?? '';
    const named = Object.hasOwn(entities, name) ? entities[name] : undefined;
    if (named !== undefined) return named;
    const number = /^#(?:x([0-9A-Fa-f]{1,8})|(\d{1,8}))$/.exec(name);
    const point =
      number === null ? 0 : number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
    const isChar =
      point === 9 ||
      point === 10 ||
      point === 13 ||
      (point >= 0x20 && point <= 0xd7ff) ||
      (point >= 0xe000 && point <= 0xfffd) ||
      (point >= 0x10000 && point <= 0x10ffff);
    if (!isChar) throw new XmlError('a reference to no character');
    return String.fromCodePoint(point);
  });
}
