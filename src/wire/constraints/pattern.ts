/** A model's pattern, and whether it is one character class repeated, which no input can make slow. */
interface CompiledPattern {
  readonly expression: RegExp;
  readonly isLinear: boolean;
}

/** The longest text, in code units, that a pattern with groups is tried on when its shape sets no limit of its own. */
const maxBacktrackLength = 4096;

const compiled = new Map<string, CompiledPattern>();

/**
 * True when the whole text matches the model's pattern, which is in Java's syntax and always means the whole text.
 * A text longer than `maxLength` is not tried on a pattern that could backtrack: its length is reported instead, or,
 * where the shape has no limit, it counts as no match.
 */
export function matchPattern(pattern: string, text: string, maxLength: number | undefined): boolean {
  let entry = compiled.get(pattern);
  if (entry === undefined) {
    entry = {
      expression: compilePattern(pattern),
      isLinear: /^\^?\[(?:[^\]\\]|\\.)*\][+*]?\$?$/.test(pattern),
    };
    compiled.set(pattern, entry);
  }
  // A code point is at most two code units.
  if (!entry.isLinear && text.length > 2 * (maxLength ?? maxBacktrackLength)) return maxLength !== undefined;
  return entry.expression.test(text);
}

/**
 * A Java pattern as a JavaScript one. `\w`, `\d` and `\uXXXX` mean the same in both with the `u` flag, also in the models'
 * `\u10000-\u10FFFF`, which neither language reads as supplementary characters. What differs: Java's `\s` is ASCII,
 * a leading `(?s)` is a flag, and Java lets any punctuation be escaped.
 */
export function compilePattern(pattern: string): RegExp {
  const dotAll = pattern.startsWith('(?s)');
  const source = (dotAll ? pattern.slice(4) : pattern)
    .replaceAll('[\\s\\S]', '[^]')
    .replace(/\[(?:[^\]\\]|\\.)*\]|\\./g, (part) =>
      part.startsWith('[') ? part.replace(/\\./g, translateInClass) : translateOutside(part),
    );
  return new RegExp(`^(?:${source})$`, dotAll ? 'su' : 'u');
}

const space = ' \\t\\n\\v\\f\\r';

function translateInClass(escaped: string): string {
  if (escaped === '\\s') return space;
  return /[\w^$\\.*+?()[\]{}|/-]/.test(escaped.slice(1)) ? escaped : escaped.slice(1);
}

function translateOutside(escaped: string): string {
  if (escaped === '\\s') return `[${space}]`;
  return escaped === '\\-' ? '-' : translateInClass(escaped);
}
