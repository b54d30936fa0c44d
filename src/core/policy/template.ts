import type { RequestContext } from './context.ts';

/** A piece of a policy value: literal text, a wildcard, or a variable. */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'any' }
  | { readonly type: 'one' }
  | {
      readonly type: 'variable';
      readonly key: string;
      readonly written: string;
      readonly fallback: string | undefined;
    };

interface TemplateOptions {
  /** `*` and `?` are wildcards. */
  readonly wildcards: boolean;
  /** `${…}` are variables: policy version 2012-10-17, and an element that takes them. */
  readonly variables: boolean;
}

// The lookahead spares giving back a name character by character: an unfinished `${` costs no more than it is long.
const variablePattern = /\$\{(?:([*?$])|([^{},]+)(?=[,}])(?:,\s*'([^']*)'\s*)?)\}/y;

/**
 * Splits a policy value into its parts (IAM User Guide, "IAM policy elements: Variables and tags").
 * `${*}`, `${?}` and `${$}` are the characters themselves; a `${` that begins no variable is text.
 */
export function parseTemplate(text: string, { wildcards, variables }: TemplateOptions): readonly Part[] {
  const parts: Part[] = [];
  let literal = '';
  const endLiteral = (): void => {
    if (literal !== '') parts.push({ type: 'text', text: literal });
    literal = '';
  };
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (variables && character === '$') {
      variablePattern.lastIndex = at;
      const match = variablePattern.exec(text);
      if (match !== null) {
        const [whole, special, key, fallback] = match;
        if (special !== undefined) literal += special;
        else {
          endLiteral();
          const written = (key ?? '').trim();
          parts.push({ type: 'variable', key: written.toLowerCase(), written, fallback });
        }
        at += whole.length;
        continue;
      }
    }
    if (wildcards && (character === '*' || character === '?')) {
      endLiteral();
      parts.push({ type: character === '*' ? 'any' : 'one' });
    } else literal += character;
    at += 1;
  }
  endLiteral();
  return parts;
}

/**
 * The parts with variables replaced by the literal values of their keys, or undefined when one has neither value nor default.
 * Only single-valued keys can be variables. What a value contains is never a wildcard.
 */
export function substitute(parts: readonly Part[], context: RequestContext): readonly Part[] | undefined {
  const resolved: Part[] = [];
  for (const part of parts) {
    if (part.type !== 'variable') {
      resolved.push(part);
      continue;
    }
    const value = context.get(part.key);
    const text = typeof value === 'string' ? value : part.fallback;
    if (text === undefined) return undefined;
    resolved.push({ type: 'text', text });
  }
  return resolved;
}

export function hasVariable(parts: readonly Part[]): boolean {
  return parts.some((part) => part.type === 'variable');
}
