import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseXml, type XmlElement, XmlError } from './index.ts';

function plain({ name, text, children }: XmlElement): unknown {
  return children.length === 0 ? [name, text] : [name, text.trim(), ...children.map(plain)];
}

const read: readonly (readonly [source: string, expected: unknown])[] = [
  ['<a/>', ['a', '']],
  ['<a></a >', ['a', '']],
  ['\ufeff<?xml version="1.0" encoding=\'UTF-8\'?>\n<a xmlns="u" x:b=\'1 > 0\' >t</a>\n', ['a', 't']],
  ['<a><b>1</b> <b>2</b></a>', ['a', '', ['b', '1'], ['b', '2']]],
  ['<a>x<b/>y</a>', ['a', 'xy', ['b', '']]],
  ['<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&#13;</a>', ['a', '<>&"\'A😀\r']],
  ['<a>1\r\n2\r3</a>', ['a', '1\n2\n3']],
  ['<!-- x --><a><!----><![CDATA[<b>&amp;]]]]><![CDATA[>]]></a><!-- y -->', ['a', '<b>&amp;]]>']],
  ['<a>>"\'</a>', ['a', '>"\'']],
];
for (const [source, expected] of read) {
  test(`is read: ${JSON.stringify(source)}`, () => {
    assert.deepEqual(plain(parseXml(source)), expected);
  });
}

const refused: Readonly<Record<string, string>> = {
  '': 'an element that does not end',
  a: 'text outside the root element',
  '<a': 'a tag that does not end',
  '<a>': 'an element that does not end',
  '</a>': 'an end tag without its start',
  '<a></b>': 'an end tag without its start',
  '<a><b></a></b>': 'an end tag without its start',
  '<a/><a/>': 'more than one root element',
  '<a/>x': 'text outside the root element',
  '<a/><![CDATA[x]]>': 'a CDATA section that does not end',
  '<a><![CDATA[x]]</a>': 'a CDATA section that does not end',
  '<a>]]></a>': 'the end of a CDATA section without its start',
  '<a><!-- x -- y --></a>': 'a comment that does not end',
  '<a><!-- x</a>': 'a comment that does not end',
  '<!DOCTYPE a><a/>': 'a tag that is none',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>': 'a tag that is none',
  '<a><!ENTITY b "c"></a>': 'a tag that is none',
  '<a><?php x ?></a>': 'a tag that is none',
  ' <?xml version="1.0"?><a/>': 'a tag that is none',
  '<s:a xmlns:s="u"/>': 'a tag that does not end',
  '<ä/>': 'a tag that is none',
  '<a b/>': 'a tag that does not end',
  '<a b=c/>': 'a tag that does not end',
  '<a b="<"/>': 'a tag that does not end',
  '<a b="1"c="2"/>': 'a tag that does not end',
  '<a>&b;</a>': 'a reference to no character',
  '<a>&amp</a>': 'a reference to no character',
  '<a>& b</a>': 'a reference to no character',
  '<a>&toString;</a>': 'a reference to no character',
  '<a>&#0;</a>': 'a reference to no character',
  '<a>&#x1;</a>': 'a reference to no character',
  '<a>&#xD800;</a>': 'a reference to no character',
  '<a>&#xFFFE;</a>': 'a reference to no character',
  '<a>&#x110000;</a>': 'a reference to no character',
  '<a>&#;</a>': 'a reference to no character',
  '<a>\u0000</a>': 'a character that XML forbids',
  '<a>\ud800</a>': 'a character that XML forbids',
  [`${'<a>'.repeat(17)}${'</a>'.repeat(17)}`]: 'too many levels',
};
for (const [source, message] of Object.entries(refused)) {
  test(`is refused: ${JSON.stringify(source.slice(0, 60))}`, () => {
    assert.throws(
      () => parseXml(source),
      (error) => error instanceof XmlError && error.code === 'MalformedXml' && error.message === message,
    );
  });
}

test('sixteen levels are read', () => {
  assert.equal(parseXml(`${'<a>'.repeat(16)}${'</a>'.repeat(16)}`).name, 'a');
});

test('time grows with length alone', () => {
  const seconds = (source: string): number => {
    const start = performance.now();
    try {
      parseXml(source);
    } catch (error) {
      assert(error instanceof XmlError);
    }
    return (performance.now() - start) / 1000;
  };
  const million = 1_000_000;
  for (const source of [
    `<a>${'&amp;'.repeat(million / 5)}</a>`,
    `<a>${'&'.repeat(million)}</a>`,
    `<a>${'<b/>'.repeat(million / 4)}</a>`,
    `<a${' '.repeat(million)}`,
    `<a b${' '.repeat(million)}`,
    `<a${' b=""'.repeat(million / 5)}`,
    `<?xml${' a=""'.repeat(million / 5)}`,
    `<?xml${' '.repeat(million)}`,
    `<a><!--${'- '.repeat(million / 2)}`,
    `<a>${'<![CDATA['.repeat(million / 9)}`,
    `<a>${'<!-- --'.repeat(million / 7)}`,
    `</a${' '.repeat(million)}`,
    '<'.repeat(million),
  ]) {
    // What is quadratic takes minutes.
    assert(seconds(source) < 5, source.slice(0, 20));
  }
});
