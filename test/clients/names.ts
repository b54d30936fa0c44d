/** `ListMFADevices` → `list_mfa_devices`: the name of an operation in botocore, and with hyphens in the AWS CLI. */
export function snakeCase(operation: string): string {
  return operation
    .replace(/[A-Z]{2,}s$/, (plural) => `_${plural.toLowerCase()}`)
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
