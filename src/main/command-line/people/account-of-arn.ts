/** The account in an ARN. */
export function accountOfArn(arn: string): string {
  return arn.split(':')[4] ?? '';
}
