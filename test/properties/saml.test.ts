import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { FederationError } from '#core/federation';
import { canonicalize, parseDocument, XmlError } from '#core/xml';
import { createSamlIssuer, samlAttributes } from '../saml-issuer.ts';
import { redeem, signedResponse } from '../saml-redeem.ts';

/** Of xml-crypto, as node-saml has it. */
const witness = createRequire(createRequire(import.meta.url).resolve('@node-saml/node-saml'));
const { ExclusiveCanonicalization } = witness('xml-crypto/lib/exclusive-canonicalization.js') as {
  readonly ExclusiveCanonicalization: new () => {
    process(
      node: unknown,
      options: { readonly inclusiveNamespacesPrefixList: readonly string[] },
    ): { toString(): string };
  };
};
const { DOMParser } = witness('@xmldom/xmldom') as {
  readonly DOMParser: new () => {
    parseFromString(text: string, type: string): { readonly documentElement: unknown };
  };
};

const prefixes = ['p', 'q', 'r'] as const;
const uris = ['urn:1', 'urn:2', 'http://three.example'] as const;
const local = fc.constantFrom('a', 'b', 'c');
const text = fc
  .string({
    unit: fc.constantFrom('x', ' ', '\n', '&amp;', '&lt;', '&gt;', '&#13;', '"', "'", 'é', '😀', '&#x9;'),
  })
  .map((one) => one.replaceAll(']]>', ''));
const value = text.map((one) => one.replaceAll('"', '&quot;'));

interface Shape {
  readonly prefix: string;
  readonly local: string;
  readonly declared: Readonly<Record<string, string>>;
  readonly fallback: string | undefined;
  readonly attributes: readonly (readonly [prefix: string, local: string, value: string])[];
  readonly children: readonly (Shape | string)[];
}

const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.record({
    prefix: fc.constantFrom('', ...prefixes),
    local,
    declared: fc.dictionary(fc.constantFrom(...prefixes), fc.constantFrom(...uris), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
    fallback: fc.option(fc.constantFrom('', ...uris), { nil: undefined }),
    attributes: fc.uniqueArray(fc.tuple(fc.constantFrom('', ...prefixes), local, value), {
      maxLength: 3,
      selector: ([, name]) => name,
    }),
    children: fc.array(fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, tie('shape')), {
      maxLength: 4,
    }),
  }),
}));

/** The root declares every prefix, so that all can be used below. */
function write(node: Shape, isRoot = true): string {
  const declared = isRoot
    ? { ...Object.fromEntries(prefixes.map((prefix) => [prefix, 'urn:0'])), ...node.declared }
    : node.declared;
  const name = node.prefix === '' ? node.local : `${node.prefix}:${node.local}`;
  const parts = [
    ...Object.entries(declared).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`),
    ...(node.fallback === undefined ? [] : [` xmlns="${node.fallback}"`]),
    ...node.attributes.map(
      ([prefix, attribute, one]) => ` ${prefix === '' ? '' : `${prefix}:`}${attribute}="${one}"`,
    ),
  ];
  const inside = node.children
    .map((child) => (typeof child === 'string' ? child : write(child, false)))
    .join('');
  return `<${name}${parts.join('')}>${inside}</${name}>`;
}

test('the canonical form of any document is xml-crypto’s', () => {
  fc.assert(
    fc.property(shape, fc.subarray([...prefixes]), (node, inclusive) => {
      const xml = write(node);
      const expected = new ExclusiveCanonicalization()
        .process(new DOMParser().parseFromString(xml, 'text/xml').documentElement, {
          inclusiveNamespacesPrefixList: inclusive,
        })
        .toString();
      assert.equal(canonicalize(parseDocument(xml), { inclusivePrefixes: inclusive }), expected);
    }),
    { numRuns: 500 },
  );
});

test('what is canonical stays as it is, and says the same', () => {
  fc.assert(
    fc.property(shape, (node) => {
      const canonical = canonicalize(parseDocument(write(node)));
      assert.equal(canonicalize(parseDocument(canonical)), canonical);
    }),
  );
});

test('any text is a document or is refused', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    'a',
    ' ',
    '="',
    '"',
    "'",
    'xmlns',
    ':',
    '&',
    ';',
    '#',
    '!',
    '?',
    '--',
    ']]>',
    '\r\n',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (some) => {
      try {
        parseDocument(some.join(''));
      } catch (error) {
        assert.ok(error instanceof XmlError);
      }
    }),
    { numRuns: 5000 },
  );
});

const issuer = createSamlIssuer();
const attributes = { [`${samlAttributes}/SourceIdentity`]: ['ada'], 'urn:oid:2.5.4.3': ['a', 'b'] };
const documents = [
  signedResponse(issuer, { attributes }),
  signedResponse(issuer, { attributes }, 'Response'),
  signedResponse(issuer, { attributes }, 'Assertion', 'Response'),
];

/** Asserts that a document says what the signed one said, or is refused. */
function sameOrRefused(changed: string, original: string): void {
  const expected = redeem(original, issuer);
  try {
    assert.deepEqual(redeem(changed, issuer), expected);
  } catch (error) {
    assert.ok(error instanceof FederationError, String(error));
  }
}

test('no change of characters makes a signed document speak of somebody else', () => {
  const document = fc.constantFrom(...documents);
  const place = fc.nat({ max: 5000 });
  const piece = fc.constantFrom(
    '',
    'a',
    '>',
    '<',
    '"',
    '<!---->',
    '<b/>',
    ' xmlns="urn:x"',
    ' ID="_x"',
    '&#97;',
    'admin',
    '\n',
    ' ',
  );
  fc.assert(
    fc.property(
      document,
      fc.array(fc.tuple(place, fc.nat({ max: 40 }), piece), { minLength: 1, maxLength: 3 }),
      (xml, changes) => {
        let changed = xml;
        for (const [at, count, put] of changes) {
          const start = at % changed.length;
          changed = changed.slice(0, start) + put + changed.slice(start + count);
        }
        sameOrRefused(changed, xml);
      },
    ),
    { numRuns: 3000 },
  );
});

test('nor does moving, doubling, wrapping or taking away its elements', () => {
  const document = fc.constantFrom(...documents);
  const change = fc.constantFrom('double', 'delete', 'wrap', 'move', 'move changed', 'double changed');
  fc.assert(
    fc.property(document, change, fc.nat(), fc.nat(), (xml, how, which, where) => {
      const element = pick(elementsOf(xml), which);
      const changedElement = element.replace('>alice<', '>admin<').replaceAll(/ ID="[^"]*"/g, ' ID="_x"');
      const put = how.endsWith('changed') ? changedElement : element;
      const rest = how.startsWith('double')
        ? xml
        : xml.replace(element, () => (how === 'wrap' ? `<w>${element}</w>` : ''));
      const places = [...rest.matchAll(/></g)].map(({ index }) => index + 1);
      const at = how === 'delete' || how === 'wrap' ? undefined : places[where % Math.max(1, places.length)];
      sameOrRefused(at === undefined ? rest : rest.slice(0, at) + put + rest.slice(at), xml);
    }),
    { numRuns: 3000 },
  );
});

/** Every element of a document, as it is written. */
function elementsOf(xml: string): readonly string[] {
  const open: number[] = [];
  const found: string[] = [];
  for (const tag of xml.matchAll(/<(\/?)[^>]*?(\/?)>/g)) {
    const end = tag.index + tag[0].length;
    if (tag[2] === '/') found.push(tag[0]);
    else if (tag[1] === '/') found.push(xml.slice(open.pop() ?? 0, end));
    else open.push(tag.index);
  }
  return found;
}

function pick(elements: readonly string[], which: number): string {
  return elements[which % elements.length] ?? '';
}
