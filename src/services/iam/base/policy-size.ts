/**
 * The size of a policy as quotas count it: its characters without the whitespace between the parts of the JSON
 * (AWS documentation, "IAM and AWS STS quotas"). The text must be JSON.
 */
export function policySize(document: string): number {
  let size = 0;
  for (const [token] of document.matchAll(/"(?:[^"\\]|\\.)*"|[^\s"]+/gs)) size += token.length;
  return size;
}
