import type { ContextValue } from '#core/policy';
import { fault } from '#wire/faults';
import type { IamTypes } from '#wire/model';

/**
 * The condition keys a request gives, lower-cased. A single value of a list type stays a list, which `ForAllValues` and `ForAnyValue` read.
 * Throws InvalidInput for an entry without name or value, or with several values of a type that has one.
 */
export function readContextEntries(
  entries: readonly IamTypes.ContextEntry[] | undefined,
): ReadonlyMap<string, ContextValue> {
  const context = new Map<string, ContextValue>();
  for (const { ContextKeyName: name, ContextKeyValues: values = [], ContextKeyType: type } of entries ?? []) {
    const [first] = values;
    if (name === undefined || first === undefined)
      throw fault('InvalidInput', `Context entry ${name ?? ''} must have a name and a value.`);
    const isList = type?.endsWith('List') ?? values.length > 1;
    if (!isList && values.length > 1)
      throw fault('InvalidInput', `Context entry ${name} of type ${type} must have one value.`);
    const wrong = values.find((value) => !isOfType(value, type));
    if (wrong !== undefined)
      throw fault('InvalidInput', `Context entry ${name} has a value that is no ${type}: ${wrong}`);
    context.set(name.toLowerCase(), isList ? values : first);
  }
  return context;
}

function isOfType(value: string, type: string | undefined): boolean {
  if (type?.startsWith('numeric') === true) return /^[+-]?\d+(\.\d+)?$/.test(value);
  if (type?.startsWith('boolean') === true) return /^(true|false)$/i.test(value);
  return true;
}
