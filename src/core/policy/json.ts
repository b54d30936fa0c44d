import { PolicyError, type Position } from './policy-error.ts';

/** A JSON value that remembers where it stands. */
export type JsonNode =
  | { readonly type: 'string'; readonly value: string; readonly position: Position }
  | { readonly type: 'number'; readonly value: number; readonly text: string; readonly position: Position }
  | { readonly type: 'boolean'; readonly value: boolean; readonly position: Position }
  | { readonly type: 'null'; readonly position: Position }
  | { readonly type: 'array'; readonly items: readonly JsonNode[]; readonly position: Position }
  | {
      readonly type: 'object';
      readonly members: readonly JsonMember[];
      readonly position: Position;
      /** Just behind the closing brace. */
      readonly end: Position;
    };

export interface JsonMember {
  readonly name: string;
  readonly value: JsonNode;
  readonly position: Position;
}

/** A policy nests seven levels; what nests deeper is an attack on the stack. */
const maxDepth = 32;

/**
 * Reads JSON (RFC 8259) strictly, with positions. A name that comes twice in one object is refused: two readers could each take another one.
 * Throws PolicyError.
 */
export function parseJson(text: string): JsonNode {
  return new JsonReader(text).document();
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plainCharacters = /[^"\\\u0000-\u001f]*/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class JsonReader {
  readonly #text: string;
  #at = 0;
  #lineStart = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#error();
    return value;
  }

  #value(depth: number): JsonNode {
    if (depth > maxDepth) throw this.#error();
    this.#space();
    const position = this.#position();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth, position);
      case '[':
        return this.#array(depth, position);
      case '"':
        return { type: 'string', value: this.#string(), position };
      case 't':
        return this.#word('true', { type: 'boolean', value: true, position });
      case 'f':
        return this.#word('false', { type: 'boolean', value: false, position });
      case 'n':
        return this.#word('null', { type: 'null', position });
      default:
        return this.#number(position);
    }
  }

  #object(depth: number, position: Position): JsonNode {
    const members: JsonMember[] = [];
    const names = new Set<string>();
    this.#at += 1;
    this.#space();
    if (this.#take('}')) return { type: 'object', members, position, end: this.#position() };
    do {
      this.#space();
      const memberPosition = this.#position();
      if (this.#text[this.#at] !== '"') throw this.#error();
      const name = this.#string();
      if (names.has(name)) throw new PolicyError('This policy contains invalid Json', memberPosition);
      names.add(name);
      this.#space();
      if (!this.#take(':')) throw this.#error();
      members.push({ name, value: this.#value(depth + 1), position: memberPosition });
      this.#space();
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#error();
    return { type: 'object', members, position, end: this.#position() };
  }

  #array(depth: number, position: Position): JsonNode {
    const items: JsonNode[] = [];
    this.#at += 1;
    this.#space();
    if (this.#take(']')) return { type: 'array', items, position };
    do {
      items.push(this.#value(depth + 1));
      this.#space();
    } while (this.#take(','));
    if (!this.#take(']')) throw this.#error();
    return { type: 'array', items, position };
  }

  #string(): string {
    this.#at += 1;
    let value = '';
    for (;;) {
      plainCharacters.lastIndex = this.#at;
      const plain = plainCharacters.exec(this.#text)?.[0] ?? '';
      value += plain;
      this.#at += plain.length;
      const character = this.#text[this.#at];
      if (character === '"') {
        this.#at += 1;
        return value;
      }
      if (character !== '\\') throw this.#error();
      value += this.#escape();
    }
  }

  #escape(): string {
    const character = this.#text[this.#at + 1] ?? '';
    const simple = escapes[character];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const hex = this.#text.slice(this.#at + 2, this.#at + 6);
    if (character !== 'u' || !/^[0-9A-Fa-f]{4}$/.test(hex)) throw this.#error();
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #number(position: Position): JsonNode {
    numberPattern.lastIndex = this.#at;
    const text = numberPattern.exec(this.#text)?.[0];
    if (text === undefined) throw this.#error();
    this.#at += text.length;
    return { type: 'number', value: Number(text), text, position };
  }

  #word(word: string, node: JsonNode): JsonNode {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error();
    this.#at += word.length;
    return node;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '\n') {
        this.#line += 1;
        this.#lineStart = this.#at + 1;
      } else if (character !== ' ' && character !== '\t' && character !== '\r') return;
      this.#at += 1;
    }
  }

  #position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #error(): PolicyError {
    return new PolicyError('This policy contains invalid Json', this.#position());
  }
}
