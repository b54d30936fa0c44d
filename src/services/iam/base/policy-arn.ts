import { fault } from '#wire/faults';

const policyArnPattern = /^arn:aws:iam::(?:[0-9]{12}|aws):policy\/[^\s]+$/;

/** Whether the text has the form of a managed policy's ARN. */
export function isPolicyArn(text: string): boolean {
  return policyArnPattern.test(text);
}

/** Throws ValidationError for text that can name no managed policy. */
export function checkPolicyArn(text: string): void {
  if (!isPolicyArn(text)) throw fault('ValidationError', `ARN ${text} is not valid.`);
}

/**
 * Throws AccessDenied when the ARN is not one of that account's own policies: AWS's and other accounts' cannot be changed, whether they exist or not.
 * `what` completes the sentence: `delete policies`.
 */
export function checkOwnPolicyArn(arn: string, account: string, what: string): void {
  if (!arn.startsWith(`arn:aws:iam::${account}:`)) {
    throw fault('AccessDenied', `Cannot ${what} outside your own account.`);
  }
}

/** The path and name in a managed policy's ARN. */
export function splitPolicyArn(arn: string): { readonly path: string; readonly name: string } {
  const pathStart = arn.indexOf('/');
  const nameStart = arn.lastIndexOf('/') + 1;
  return { path: arn.slice(pathStart, nameStart), name: arn.slice(nameStart) };
}
