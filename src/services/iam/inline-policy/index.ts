/**
 * Inline policies: documents that live and die with one user, group or role.
 * Checks that they are policies and not too large; what they permit is decided elsewhere. Called by the table of IAM.
 */
export { inlinePolicyOperations } from './inline-policies.ts';
