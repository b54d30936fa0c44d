/**
 * The service in the credential scope of a request, by its `Authorization` header or its query; undefined when neither names one.
 * Nothing is proven by it: a wrong name meets the check of the signature.
 */
export function namedService(authorization: string | undefined, query: string): string | undefined {
  // No part may hold what the next try begins with: this runs before anybody is proven, and must be linear.
  const scope = /Credential=[^/,\s=]+\/[^/,]*\/[^/,]*\/([^/,]*)\//.exec(authorization ?? '')?.[1];
  return scope ?? presignedService(query);
}

/** Split rather than searched for: a pattern would try every way to part the credential. */
function presignedService(query: string): string | undefined {
  const name = 'x-amz-credential=';
  const parameter = query.split('&').find((one) => one.slice(0, name.length).toLowerCase() === name);
  const parts = parameter?.slice(name.length).split(/%2F/i) ?? [];
  return parts.length > 4 ? parts[3] : undefined;
}
