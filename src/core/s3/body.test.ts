import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bodyLimitBytes,
  encodeDeleteBody,
  parseS3Body,
  parseS3Request,
  type S3Body,
  type S3Request,
  S3RequestError,
} from './index.ts';

function request(method: string, target: string): S3Request {
  return parseS3Request({ method, target, rawHeaders: [], host: 'localhost' });
}

const multiDelete = request('POST', '/photos?delete');
const tagging = request('PUT', '/photos/a?tagging');

function read(text: string, of = multiDelete): S3Body {
  return parseS3Body(of, new TextEncoder().encode(text));
}

function refuses(code: string, message: string, run: () => unknown): void {
  assert.throws(run, (error) => {
    assert(error instanceof S3RequestError, String(error));
    assert.deepEqual([error.code, error.message], [code, message]);
    return true;
  });
}

const malformed = 'The XML you provided was not well-formed or did not validate against our published schema';
const keys = (count: number, key = 'a'): string =>
  `<Delete>${`<Object><Key>${key}</Key></Object>`.repeat(count)}</Delete>`;

describe('the body of a multi-object delete', () => {
  test('may name a thousand keys and no more', () => {
    const body = read(keys(1000));
    assert(body.kind === 'delete');
    assert.equal(body.entries.length, 1000);
    refuses('MalformedXML', malformed, () => read(keys(1001)));
  });

  test('may be as long as a thousand long keys make it, and no longer', () => {
    assert.equal(bodyLimitBytes(multiDelete), 8_388_608);
    assert.equal(read(keys(1000, '&#x61;'.repeat(1024))).kind, 'delete');
    refuses('MaxMessageLengthExceeded', 'Your request was too big.', () => read(' '.repeat(8_388_609)));
  });

  test('is refused when it is no UTF-8', () => {
    const bytes = Buffer.from('<Delete><Object><Key>\u00e4</Key></Object></Delete>', 'latin1');
    refuses('MalformedXML', malformed, () => parseS3Body(multiDelete, bytes));
  });

  test('is written anew so that it is read back as it was decided', () => {
    const entries = [
      { key: ' a\r\n<&>"\' ', versionId: 'null', eTag: '"e"', lastModifiedTime: 'Tue', size: '3' },
      { key: 'b]]>' },
    ];
    for (const isQuiet of [true, false]) {
      const { xml, ...body } = read(encodeDeleteBody(entries, isQuiet));
      assert.deepEqual(body, { kind: 'delete', isQuiet, entries });
      const again = read(xml);
      assert.deepEqual(again, { ...body, xml });
    }
  });

  test('is written anew without what is only its spelling', () => {
    assert.equal(
      read(
        '<?xml version="1.0"?><!-- c --><Delete a="b">\n<Object><Key>a<![CDATA[&]]></Key></Object></Delete>',
      ).xml,
      '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a&amp;</Key></Object></Delete>',
    );
  });
});

describe('other bodies', () => {
  test('are looked into only where they are decided about', () => {
    assert.equal(bodyLimitBytes(tagging), 65_536);
    assert.equal(bodyLimitBytes(request('PUT', '/photos/a')), undefined);
    assert.throws(
      () => parseS3Body(request('PUT', '/photos/a'), new Uint8Array()),
      /^Error: the body of PutObject is not looked into$/,
    );
  });

  test('may be 64 kB long', () => {
    assert.equal(read(`<Tagging><TagSet/></Tagging>${' '.repeat(65_536 - 28)}`, tagging).kind, 'tagging');
    refuses('MaxMessageLengthExceeded', 'Your request was too big.', () => read(' '.repeat(65_537), tagging));
  });

  test('hold tags that are not too long', () => {
    const tags = (key: string, value: string): S3Body =>
      read(
        `<Tagging><TagSet><Tag><Key>${key}</Key><Value>${value}</Value></Tag></TagSet></Tagging>`,
        tagging,
      );
    assert.equal(tags('k'.repeat(128), 'v'.repeat(256)).kind, 'tagging');
    refuses('InvalidTag', 'The TagKey you have provided is invalid', () => tags('k'.repeat(129), ''));
    refuses('InvalidTag', 'The TagKey you have provided is invalid', () => tags('', 'v'));
    refuses('InvalidTag', 'The TagValue you have provided is invalid', () => tags('k', 'v'.repeat(257)));
  });

  test('are refused as those of another operation', () => {
    refuses('MalformedXML', malformed, () => read('<Delete/>', tagging));
    refuses('MalformedXML', malformed, () => read('<Tagging><TagSet/></Tagging>'));
  });
});
