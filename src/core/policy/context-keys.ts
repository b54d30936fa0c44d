import type { PolicyDocument, PolicyVersionName, Statement } from './document.ts';
import { parseTemplate } from './template.ts';

/** The condition keys a policy asks about, in conditions and in variables, as written and each once. */
export function contextKeysOf(document: PolicyDocument): readonly string[] {
  return distinctKeys(
    document.statements.flatMap((statement) => keysOfStatement(statement, document.version)),
  );
}

/** The condition keys of one statement, in conditions and in variables, as written. */
export function keysOfStatement(
  { conditions, resource }: Statement,
  version: PolicyVersionName,
): readonly string[] {
  const variables = version === '2012-10-17';
  return [
    ...conditions.flatMap(({ key, values }) => [
      key,
      ...values.flatMap(({ text }) => variablesOf(text, variables)),
    ]),
    ...(resource?.values ?? []).flatMap(({ text }) => variablesOf(text, variables)),
  ];
}

/** Each key once, whatever its case, as it is written first. */
export function distinctKeys(keys: readonly string[]): readonly string[] {
  const distinct = new Map<string, string>();
  for (const key of keys) if (!distinct.has(key.toLowerCase())) distinct.set(key.toLowerCase(), key);
  return [...distinct.values()];
}

function variablesOf(text: string, variables: boolean): readonly string[] {
  return parseTemplate(text, { wildcards: false, variables }).flatMap((part) =>
    part.type === 'variable' ? [part.written] : [],
  );
}
