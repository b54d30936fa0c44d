/** An import, re-export, dynamic import or `import('…')` type. */
export interface Import {
  readonly specifier: string;
  /** What stands between the keyword and `from`, such as `{ a, type b }` or `* as c`; empty when nothing does. */
  readonly names: string;
}

/** A source reduced to what rules look at. */
export interface Scanned {
  /** The code with every comment, template text and regular expression blanked, and every string replaced by its number in quotes. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export function scanSource(source: string): Scanned {
  const { code, strings } = maskSource(source);
  const imports = [
    ...code.matchAll(/\b(?:import|export)\b([^;"]*?)\bfrom\s*"(\d+)"/g),
    ...code.matchAll(/\bimport()\s*\(?\s*"(\d+)"/g),
  ].map(([, names = '', at]) => ({ specifier: strings[Number(at)] ?? '', names: names.trim() }));
  return { code, imports };
}

const wordBeforeRegex =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/;

/** Walks the text once, character by character, with the open template expressions on a stack. */
function maskSource(source: string): { readonly code: string; readonly strings: readonly string[] } {
  const strings: string[] = [];
  const openBraces: number[] = [];
  let code = '';
  let depth = 0;
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? source.slice(at, at + 1);
    at += text.length;
    return text;
  };
  const takeTemplateText = (): void => {
    take(/(?:\\.|\$(?!\{)|[^\\$`])*/sy);
    if (source[at] === '$') {
      openBraces.push(depth++);
      at += 2;
      code += '{';
    } else at += 1;
  };
  while (at < source.length) {
    const character = source[at] ?? '';
    const next = source[at + 1];
    if (character === '/' && next === '/') take(/[^\n]*/y);
    else if (character === '/' && next === '*') take(/\/\*.*?\*\//sy);
    else if (character === "'" || character === '"') {
      const text = take(character === "'" ? /'(?:\\.|[^\\'])*'/sy : /"(?:\\.|[^\\"])*"/sy);
      code += `"${strings.push(text.slice(1, -1)) - 1}"`;
    } else if (character === '`') {
      at += 1;
      takeTemplateText();
    } else if (character === '/' && startsRegex(code)) {
      take(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y);
      code += ' 0 ';
    } else if (character === '}' && openBraces.at(-1) === depth - 1) {
      openBraces.pop();
      depth -= 1;
      at += 1;
      code += '}';
      takeTemplateText();
    } else {
      if (character === '{') depth += 1;
      if (character === '}') depth -= 1;
      code += character;
      at += 1;
    }
  }
  return { code, strings };
}

function startsRegex(before: string): boolean {
  const trimmed = before.trimEnd();
  return trimmed === '' || /[^\w$)\]}"]$/.test(trimmed) || wordBeforeRegex.test(trimmed);
}
