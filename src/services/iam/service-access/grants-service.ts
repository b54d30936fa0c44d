import type { PolicyDocument } from '#core/policy';

/** Whether some statement allows at least one action of a service, whatever its resources and conditions are. */
export function grantsService({ statements }: PolicyDocument, namespace: string): boolean {
  const vendor = namespace.toLowerCase();
  return statements.some(({ effect, action }) => {
    if (effect !== 'Allow') return false;
    const texts = action.values.map(({ text }) => text.toLowerCase());
    return action.negated
      ? !texts.some((text) => text === '*' || isWholeService(text, vendor))
      : texts.some((text) => text === '*' || text.startsWith(`${vendor}:`));
  });
}

function isWholeService(text: string, vendor: string): boolean {
  return text.startsWith(`${vendor}:`) && /^\*+$/.test(text.slice(vendor.length + 1));
}
