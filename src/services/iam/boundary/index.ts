/**
 * Permissions boundaries of users and roles: the managed policy that says what they may do at most. Applying them is the evaluator's.
 * Called by the table of IAM.
 */
export { boundaryOperations } from './permissions-boundaries.ts';
