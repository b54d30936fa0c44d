import type { PolicyDocument } from './document.ts';
import { parseTemplate } from './template.ts';

/** The condition keys a policy asks about, in conditions and in variables, as written and each once. */
export function contextKeysOf(document: PolicyDocument): readonly string[] {
  const keys = new Map<string, string>();
  const add = (key: string): void => {
    if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key);
  };
  const variables = document.version === '2012-10-17';
  for (const { conditions, resource } of document.statements) {
    for (const { key, values } of conditions) {
      add(key);
      for (const { text } of values) addVariables(text, variables, add);
    }
    for (const { text } of resource?.values ?? []) addVariables(text, variables, add);
  }
  return [...keys.values()];
}

function addVariables(text: string, variables: boolean, add: (key: string) => void): void {
  for (const part of parseTemplate(text, { wildcards: false, variables }))
    if (part.type === 'variable') add(part.key);
}
