import type { RequestContext } from './context.ts';
import { parseTemplate } from './template.ts';
import { compileTextPattern, matchText, type TextPattern } from './text-pattern.ts';

/** A pattern of ARNs, one pattern for each of the six parts; wildcards stay within their part. */
export interface ArnPattern {
  readonly parts: readonly TextPattern[];
  /** True for the short form, which ends in `*` before its sixth part: the last part given runs on past the colons. */
  readonly runsOn: boolean;
}

/** Parts of a whole ARN. */
export const partCount = 6;

/** Splits at the first five colons only: the resource keeps its own. */
export function splitArn(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  while (parts.length < partCount - 1) {
    const colon = text.indexOf(':', start);
    if (colon < 0) break;
    parts.push(text.slice(start, colon));
    start = colon + 1;
  }
  parts.push(text.slice(start));
  return parts;
}

/** Splits a pattern that takes variables anywhere: the colons in their names part nothing. */
function splitArnWithVariables(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (const { 0: found, index } of text.matchAll(/\$\{[^{}]*\}|:/g)) {
    if (found !== ':') continue;
    if (parts.length === partCount - 1) break;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  parts.push(text.slice(start));
  return parts;
}

/** Variables are taken only `from` that part on: in a Resource after the fifth colon, in a condition anywhere. */
export function compileArnPattern(
  text: string,
  options: { readonly variables: boolean; readonly from: number },
): ArnPattern {
  const parts = options.variables && options.from === 0 ? splitArnWithVariables(text) : splitArn(text);
  return {
    parts: parts.map((part, index) =>
      compileTextPattern(
        parseTemplate(part, { wildcards: true, variables: options.variables && index >= options.from }),
      ),
    ),
    runsOn: parts.length < partCount,
  };
}

/** Whether the parts of an ARN match the pattern, part by part and case by case. */
export function matchArn(pattern: ArnPattern, arn: readonly string[], context: RequestContext): boolean {
  const { parts, runsOn } = pattern;
  if (arn.length < parts.length) return false;
  const last = parts.length - 1;
  // From the end: resources differ far more often than partitions and services.
  for (let index = last; index >= 0; index--) {
    const part = parts[index];
    const value = runsOn && index === last ? arn.slice(last).join(':') : arn[index];
    if (part === undefined || value === undefined || !matchText(part, value, context)) return false;
  }
  return true;
}
