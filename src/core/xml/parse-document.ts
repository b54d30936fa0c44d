import { match, normalizeText, resolveReferences, XmlError } from './parse-xml.ts';

export interface XmlAttribute {
  /** As it was written, with its prefix. */
  readonly name: string;
  readonly prefix: string;
  readonly localName: string;
  /** Empty without a prefix. */
  readonly namespace: string;
  readonly value: string;
}

/** An element of a document with namespaces. */
export interface XmlNode {
  /** As it was written, with its prefix. */
  readonly name: string;
  readonly prefix: string;
  readonly localName: string;
  /** Empty for none. */
  readonly namespace: string;
  /** Without the declarations of namespaces. */
  readonly attributes: readonly XmlAttribute[];
  /** The namespaces declared here, by prefix; the default one by the empty text. */
  readonly declared: ReadonlyMap<string, string>;
  readonly parent: XmlNode | undefined;
  /** Elements and runs of text, in order; never two runs side by side. */
  readonly children: readonly (XmlNode | string)[];
}

interface Written {
  readonly name: string;
  readonly value: string;
}

interface OpenNode extends XmlNode {
  readonly children: (XmlNode | string)[];
}

const depthLimit = 32;
const attributeLimit = 64;
/** Elements and attributes together. Far more than there are in what anybody signs or publishes, far fewer than would take a second to read. */
const partLimit = 40_000;
const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
const declarationPattern = /<\?xml(?:[ \t\n]+[a-z]+[ \t\n]*=[ \t\n]*(?:"[^"<&]*"|'[^'<&]*'))+[ \t\n]*\?>/y;
const startPattern = /<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)/y;
const endPattern = /<\/([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[ \t\n]*>/y;
const attributePattern =
  /[ \t\n]+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[ \t\n]*=[ \t\n]*(?:"([^"<]*)"|'([^'<]*)')/y;

/**
 * Reads a document with namespaces (XML 1.0; Namespaces in XML 1.0), in time linear in its length. Names are ASCII. There are no document
 * types, processing instructions and CDATA sections, and comments only where `comments` lets them be skipped: what might be read in two ways
 * is refused before anything is read. At most 32 levels, 64 attributes an element, and 40,000 elements and attributes.
 * Throws XmlError.
 */
export function parseDocument(
  source: string,
  { comments = 'refused' }: { readonly comments?: 'refused' | 'skipped' } = {},
): XmlNode {
  const text = normalizeText(source);
  let at = match(declarationPattern, text, 0)?.end ?? 0;
  checkMarkup(text, at, comments);
  const open: OpenNode[] = [];
  let root: XmlNode | undefined;
  let parts = 0;

  const add = (node: XmlNode): void => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.children.push(node);
    else if (root === undefined) root = node;
    else throw new XmlError('more than one root element');
  };

  while (at < text.length) {
    const parent = open.at(-1);
    const less = text.indexOf('<', at);
    addText(parent, text.slice(at, less < 0 ? text.length : less));
    if (less < 0) break;
    if (text.startsWith('<!--', less)) {
      at = endOfComment(text, less);
    } else if (text.startsWith('</', less)) {
      const end = match(endPattern, text, less);
      if (end === undefined || open.pop()?.name !== end.name) {
        throw new XmlError('an end tag without its start');
      }
      at = end.end;
    } else {
      const tag = readTag(text, less);
      parts += 1 + tag.attributes.length;
      if (parts > partLimit) throw new XmlError('too many elements and attributes');
      const node = openNode(tag.name, tag.attributes, parent);
      add(node);
      if (!tag.isEmpty) {
        if (open.length >= depthLimit) throw new XmlError('too many levels');
        open.push(node);
      }
      at = tag.end;
    }
  }
  if (root === undefined || open.length > 0) throw new XmlError('an element that does not end');
  return root;
}

/** In a document without these, `<` begins nothing but a tag: one look tells, however the rest of it may be read. */
function checkMarkup(text: string, at: number, comments: 'refused' | 'skipped'): void {
  const found = comments === 'refused' ? /<[!?]/g : /<\?|<!(?!--)/g;
  found.lastIndex = at;
  if (found.test(text)) {
    throw new XmlError(
      'a document type, comment, processing instruction or CDATA section, none of which may be there',
    );
  }
}

function endOfComment(text: string, start: number): number {
  const end = text.indexOf('--', start + 4);
  if (end < 0 || text[end + 2] !== '>') throw new XmlError('a comment that does not end');
  return end + 3;
}

function addText(parent: OpenNode | undefined, run: string): void {
  if (run === '') return;
  if (parent === undefined) {
    if (run.trim() !== '') throw new XmlError('text outside the root element');
    return;
  }
  const last = parent.children.at(-1);
  const added = resolveReferences(run);
  // A comment that was skipped must not cut a text in two.
  if (typeof last === 'string') parent.children[parent.children.length - 1] = last + added;
  else parent.children.push(added);
}

function readTag(
  text: string,
  start: number,
): {
  readonly name: string;
  readonly attributes: readonly Written[];
  readonly isEmpty: boolean;
  readonly end: number;
} {
  const tag = match(startPattern, text, start);
  if (tag === undefined) throw new XmlError('a tag that is none');
  const attributes: Written[] = [];
  let at = tag.end;
  for (;;) {
    attributePattern.lastIndex = at;
    const found = attributePattern.exec(text);
    if (found === null) break;
    if (attributes.length >= attributeLimit) throw new XmlError('too many attributes');
    const raw = found[2] ?? found[3] ?? '';
    attributes.push({ name: found[1] ?? '', value: resolveReferences(raw.replaceAll(/[\t\n]/g, ' ')) });
    at = attributePattern.lastIndex;
  }
  const end = match(/[ \t\n]*(\/?)>/y, text, at);
  if (end === undefined) throw new XmlError('a tag that does not end');
  return { name: tag.name, attributes, isEmpty: end.name === '/', end: end.end };
}

function openNode(name: string, written: readonly Written[], parent: XmlNode | undefined): OpenNode {
  const declared = new Map<string, string>();
  for (const { name: attribute, value } of written) {
    const prefix = attribute === 'xmlns' ? '' : /^xmlns:(.+)$/.exec(attribute)?.[1];
    if (prefix === undefined) continue;
    if (declared.has(prefix)) throw new XmlError('an attribute that is there twice');
    checkDeclaration(prefix, value);
    declared.set(prefix, value);
  }
  const scope = { declared, parent };
  const attributes: XmlAttribute[] = [];
  const seen = new Set<string>();
  for (const { name: attribute, value } of written) {
    if (/^xmlns(:|$)/.test(attribute)) continue;
    const { prefix, localName } = splitName(attribute);
    const namespace = prefix === '' ? '' : namespaceOf(scope, prefix);
    if (namespace === undefined) throw new XmlError('a prefix that is not declared');
    const expanded = `${namespace} ${localName}`;
    if (seen.has(expanded)) throw new XmlError('an attribute that is there twice');
    seen.add(expanded);
    attributes.push({ name: attribute, prefix, localName, namespace, value });
  }
  const { prefix, localName } = splitName(name);
  const namespace = namespaceOf(scope, prefix) ?? (prefix === '' ? '' : undefined);
  if (namespace === undefined) throw new XmlError('a prefix that is not declared');
  return { name, prefix, localName, namespace, attributes, declared, parent, children: [] };
}

/** A namespace that is no absolute URI has no canonical form (Exclusive XML Canonicalization 1.0 §1.3), so nothing signed can have one. */
function checkDeclaration(prefix: string, uri: string): void {
  if (prefix === 'xml' || prefix === 'xmlns') throw new XmlError('a prefix that is XML’s own');
  const isUndeclaring = prefix === '' && uri === '';
  const isReserved = uri === xmlNamespace || uri === 'http://www.w3.org/2000/xmlns/';
  if (isReserved || (!isUndeclaring && !/^[A-Za-z][A-Za-z0-9+.-]*:./.test(uri))) {
    throw new XmlError('a namespace that is no absolute URI');
  }
}

function splitName(name: string): { readonly prefix: string; readonly localName: string } {
  const colon = name.indexOf(':');
  return colon < 0
    ? { prefix: '', localName: name }
    : { prefix: name.slice(0, colon), localName: name.slice(colon + 1) };
}

/** The namespace that a prefix stands for at an element; undefined when it is not declared. */
export function namespaceOf(node: Pick<XmlNode, 'declared' | 'parent'>, prefix: string): string | undefined {
  if (prefix === 'xml') return xmlNamespace;
  for (let at: Pick<XmlNode, 'declared' | 'parent'> | undefined = node; at !== undefined; at = at.parent) {
    const found = at.declared.get(prefix);
    if (found !== undefined) return found;
  }
  return undefined;
}
