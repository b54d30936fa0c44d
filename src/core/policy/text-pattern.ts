import type { RequestContext } from './context.ts';
import { compileGlob, type Glob, matchGlob } from './glob.ts';
import { hasVariable, type Part, substitute } from './template.ts';

/** Matches one value; patterns with variables are finished for each request. */
export interface TextPattern {
  readonly parts: readonly Part[];
  /** Undefined when the pattern has variables. */
  readonly glob: Glob | undefined;
}

export function compileTextPattern(parts: readonly Part[]): TextPattern {
  return { parts, glob: hasVariable(parts) ? undefined : compileGlob(parts) };
}

/** The pattern for this request; undefined when a variable has no value, and then nothing matches. */
export function globFor({ parts, glob }: TextPattern, context: RequestContext): Glob | undefined {
  if (glob !== undefined) return glob;
  const resolved = substitute(parts, context);
  return resolved === undefined ? undefined : compileGlob(resolved);
}

export function matchText(pattern: TextPattern, value: string, context: RequestContext): boolean {
  const glob = globFor(pattern, context);
  return glob !== undefined && matchGlob(glob, value);
}
