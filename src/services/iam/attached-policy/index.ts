/**
 * Attached policies: which managed policies a user, group or role has. The policies themselves are another room's. Called by the table of IAM.
 */
export { attachedPolicyOperations } from './attached-policies.ts';
