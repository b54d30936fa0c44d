/** What the delivery of a trail's events of one Region is kept under. */
export function chainId(trail: string, region: string): string {
  return `${trail} ${region}`;
}
