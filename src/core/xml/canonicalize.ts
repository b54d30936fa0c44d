import { namespaceOf, type XmlNode } from './parse-document.ts';

interface CanonicalForm {
  /** Prefixes whose declarations are kept although no name uses them; the default one as the empty text. */
  readonly inclusivePrefixes?: readonly string[];
  /** Left out with all that is in it. */
  readonly without?: XmlNode | undefined;
}

/** The declarations that stand around an element in what was written. */
interface Rendered {
  readonly declared: ReadonlyMap<string, string>;
  readonly outer: Rendered | undefined;
}

/**
 * An element with all that is in it, in the one form that a signature is over (Exclusive XML Canonicalization 1.0, without comments, of which
 * a document here has none).
 */
export function canonicalize(node: XmlNode, form: CanonicalForm = {}): string {
  const parts: string[] = [];
  write(node, undefined, form, parts);
  return parts.join('');
}

function write(node: XmlNode, outer: Rendered | undefined, form: CanonicalForm, parts: string[]): void {
  const inclusive = form.inclusivePrefixes ?? [];
  // Below the first element a prefix that is always kept is there already, unless it is declared anew.
  const kept = parts.length === 0 ? inclusive : inclusive.filter((prefix) => node.declared.has(prefix));
  const declared = declarationsOf(node, outer, kept);
  const rendered = declared.size === 0 ? outer : { declared, outer };
  parts.push('<', node.name);
  for (const prefix of [...declared.keys()].sort(compare)) {
    parts.push(
      prefix === '' ? ' xmlns="' : ` xmlns:${prefix}="`,
      attributeText(declared.get(prefix) ?? ''),
      '"',
    );
  }
  const attributes = [...node.attributes].sort(
    (left, right) => compare(left.namespace, right.namespace) || compare(left.localName, right.localName),
  );
  for (const { name, value } of attributes) parts.push(' ', name, '="', attributeText(value), '"');
  parts.push('>');
  for (const child of node.children) {
    if (typeof child === 'string') parts.push(contentText(child));
    else if (child !== form.without) write(child, rendered, form, parts);
  }
  parts.push('</', node.name, '>');
}

/** What has to be declared at an element: prefixes that its name or attributes use, and those that are always kept. */
function declarationsOf(
  node: XmlNode,
  outer: Rendered | undefined,
  inclusivePrefixes: readonly string[],
): ReadonlyMap<string, string> {
  const declared = new Map<string, string>();
  const used = [node.prefix, ...node.attributes.flatMap(({ prefix }) => (prefix === '' ? [] : [prefix]))];
  for (const prefix of [...used, ...inclusivePrefixes]) {
    if (prefix === 'xml') continue;
    const namespace = namespaceOf(node, prefix);
    const around = renderedFor(outer, prefix);
    // A default namespace that was never there need not be taken back.
    if ((namespace ?? '') === (around ?? '')) continue;
    if (namespace !== undefined || prefix === '') declared.set(prefix, namespace ?? '');
  }
  return declared;
}

function renderedFor(rendered: Rendered | undefined, prefix: string): string | undefined {
  for (let at = rendered; at !== undefined; at = at.outer) {
    const found = at.declared.get(prefix);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const inContent: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const inAttribute: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

function contentText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => inContent[character] ?? character);
}

function attributeText(text: string): string {
  return text.replace(/[&<"\t\n\r]/g, (character) => inAttribute[character] ?? character);
}
