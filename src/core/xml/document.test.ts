import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalize, parseDocument, XmlError, type XmlNode } from './index.ts';

function at(node: XmlNode, ...path: readonly number[]): XmlNode {
  let found = node;
  for (const index of path)
    found = found.children.filter((child) => typeof child !== 'string')[index] ?? node;
  return found;
}

describe('a document with namespaces', () => {
  test('gives names, namespaces and attributes apart', () => {
    const root = parseDocument(
      '<?xml version="1.0"?>\n<a xmlns="urn:d" xmlns:p="urn:p" x="1" p:x="2"><p:b/><c xmlns=""/>t</a>\n',
    );
    assert.deepEqual([root.name, root.prefix, root.localName, root.namespace], ['a', '', 'a', 'urn:d']);
    assert.deepEqual(root.attributes, [
      { name: 'x', prefix: '', localName: 'x', namespace: '', value: '1' },
      { name: 'p:x', prefix: 'p', localName: 'x', namespace: 'urn:p', value: '2' },
    ]);
    assert.deepEqual(
      [...root.declared],
      [
        ['', 'urn:d'],
        ['p', 'urn:p'],
      ],
    );
    assert.deepEqual([at(root, 0).namespace, at(root, 1).namespace], ['urn:p', '']);
    assert.equal(at(root, 0).parent, root);
    assert.equal(root.children.at(-1), 't');
  });

  test('has its line ends, blanks in attributes and references resolved', () => {
    const root = parseDocument('<a b="1\t2\r\n3&#10;4&amp;">x\r\ny\rz&#13;&lt;</a>');
    assert.equal(root.attributes[0]?.value, '1 2 3\n4&');
    assert.deepEqual(root.children, ['x\ny\nz\r<']);
  });

  test('knows the prefix of XML itself', () => {
    const [attribute] = parseDocument('<a xml:lang="en"/>').attributes;
    assert.equal(attribute?.namespace, 'http://www.w3.org/XML/1998/namespace');
  });

  test('has comments only where they are skipped, and its texts in one piece', () => {
    const skipped = parseDocument('<!-- a --><a>x<!-- b -->y<!-- c --></a><!-- d -->', {
      comments: 'skipped',
    });
    assert.deepEqual(skipped.children, ['xy']);
    for (const text of ['<a><!-- x -- y --></a>', '<a><!-- x</a>']) {
      assert.throws(() => parseDocument(text, { comments: 'skipped' }), {
        message: 'a comment that does not end',
      });
    }
  });

  const markup =
    'a document type, comment, processing instruction or CDATA section, none of which may be there';
  const refused: Readonly<Record<string, string>> = {
    '': 'an element that does not end',
    '<a>': 'an element that does not end',
    '<a></b>': 'an end tag without its start',
    '</a>': 'an end tag without its start',
    '<a/><b/>': 'more than one root element',
    'x<a/>': 'text outside the root element',
    '<a': 'a tag that does not end',
    '<a b=c/>': 'a tag that does not end',
    '<a b="<"/>': 'a tag that does not end',
    '<a b="1"c="2"/>': 'a tag that does not end',
    '<a:b:c/>': 'a tag that does not end',
    '< a/>': 'a tag that is none',
    '<1/>': 'a tag that is none',
    '<a b="1" b="2"/>': 'an attribute that is there twice',
    '<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>': 'an attribute that is there twice',
    '<a xmlns="urn:x" xmlns="urn:x"/>': 'an attribute that is there twice',
    '<p:a/>': 'a prefix that is not declared',
    '<a p:b=""/>': 'a prefix that is not declared',
    '<a><p:b xmlns:p="urn:x"/><p:c/></a>': 'a prefix that is not declared',
    '<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>': 'a prefix that is XML’s own',
    '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>': 'a namespace that is no absolute URI',
    '<a xmlns="http://www.w3.org/2000/xmlns/"/>': 'a namespace that is no absolute URI',
    '<a xmlns:p=""/>': 'a namespace that is no absolute URI',
    '<a xmlns="relative"/>': 'a namespace that is no absolute URI',
    '<!-- x --><a/>': markup,
    '<a><![CDATA[x]]></a>': markup,
    '<a><?x y?></a>': markup,
    '<!DOCTYPE a><a/>': markup,
    '<a b="<!--"/>': markup,
    ' <?xml version="1.0"?><a/>': markup,
    '<a>]]></a>': 'the end of a CDATA section without its start',
    '<a>&b;</a>': 'a reference to no character',
    '<a b="&b;"/>': 'a reference to no character',
    '<a>\u0001</a>': 'a character that XML forbids',
    '<a>\ud800</a>': 'a character that XML forbids',
    [`${'<a>'.repeat(33)}${'</a>'.repeat(33)}`]: 'too many levels',
    [`<a ${Array.from({ length: 65 }, (_, index) => `b${index}=""`).join(' ')}/>`]: 'too many attributes',
  };
  for (const [text, message] of Object.entries(refused)) {
    test(`is refused: ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.throws(
        () => parseDocument(text),
        (error) => error instanceof XmlError && error.message === message,
      );
    });
  }

  test('may have 40,000 elements and attributes', () => {
    const many = (count: number): string => `<a>${'<b c=""/>'.repeat(count)}</a>`;
    assert.equal(parseDocument(many(19_999)).children.length, 19_999);
    assert.throws(() => parseDocument(many(20_000)), { message: 'too many elements and attributes' });
  });

  test('may have 32 levels and 64 attributes', () => {
    assert.equal(parseDocument(`${'<a>'.repeat(32)}${'</a>'.repeat(32)}`).name, 'a');
    const wide = Array.from({ length: 64 }, (_, index) => `b${index}=""`).join(' ');
    assert.equal(parseDocument(`<a ${wide}/>`).attributes.length, 64);
  });
});

describe('the exclusive canonical form', () => {
  const cases: readonly (readonly [
    what: string,
    source: string,
    path: readonly number[],
    canonical: string,
    inclusive?: readonly string[],
  ])[] = [
    ['empty elements have two tags', '<a/>', [], '<a></a>'],
    [
      'attributes are sorted by namespace and name',
      '<a xmlns:z="urn:1" xmlns:y="urn:2" b="" a="" y:a="" z:b=""/>',
      [],
      '<a xmlns:y="urn:2" xmlns:z="urn:1" a="" b="" z:b="" y:a=""></a>',
    ],
    [
      'texts and attributes are spelled in one way',
      `<a b='&quot;&apos;&lt;&gt;&#9;&#10;&#13;'>"'&gt;&#13;&#x9;</a>`,
      [],
      `<a b="&quot;'&lt;>&#x9;&#xA;&#xD;">"'&gt;&#xD;\t</a>`,
    ],
    // Exclusive XML Canonicalization 1.0 §2.2: what an element is wrapped in leaves no trace.
    [
      'declarations that nothing uses are left out',
      '<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n0:local>',
      [0],
      '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>',
    ],
    [
      'a declaration stands where it is used first',
      '<a xmlns="urn:d" xmlns:p="urn:p"><b><p:c/><p:d/></b></a>',
      [],
      '<a xmlns="urn:d"><b><p:c xmlns:p="urn:p"></p:c><p:d xmlns:p="urn:p"></p:d></b></a>',
    ],
    [
      'a default namespace is taken back',
      '<a xmlns="urn:d"><b xmlns=""><c/></b></a>',
      [],
      '<a xmlns="urn:d"><b xmlns=""><c></c></b></a>',
    ],
    [
      'one that was never written is not',
      '<p:a xmlns="urn:d" xmlns:p="urn:p"><b xmlns=""/></p:a>',
      [],
      '<p:a xmlns:p="urn:p"><b></b></p:a>',
    ],
    [
      'prefixes of the list are kept',
      '<a xmlns:xs="urn:xs" xmlns:q="urn:q"><b t="xs:string"/></a>',
      [0],
      '<b xmlns:xs="urn:xs" t="xs:string"></b>',
      ['xs', 'none'],
    ],
    [
      'and written again where they change',
      '<a xmlns:x="urn:1"><b xmlns:x="urn:2"/><c/></a>',
      [],
      '<a xmlns:x="urn:1"><b xmlns:x="urn:2"></b><c></c></a>',
      ['x'],
    ],
    [
      'so is the default namespace',
      '<p:a xmlns="urn:d" xmlns:p="urn:p"><p:b/></p:a>',
      [],
      '<p:a xmlns="urn:d" xmlns:p="urn:p"><p:b></p:b></p:a>',
      [''],
    ],
  ];
  for (const [what, source, path, canonical, inclusivePrefixes = []] of cases) {
    test(what, () => {
      assert.equal(canonicalize(at(parseDocument(source), ...path), { inclusivePrefixes }), canonical);
    });
  }

  test('leaves out one element with all that is in it', () => {
    const root = parseDocument('<a>1<b><c/></b>2</a>');
    assert.equal(canonicalize(root, { without: at(root, 0) }), '<a>12</a>');
  });
});
