/**
 * Tags of users, roles, managed policies, instance profiles and MFA devices: putting, removing and listing them.
 * What tags mean is policy's (`aws:ResourceTag`, `aws:PrincipalTag`), and reading them off a request base/tags.ts's. Called by the table of IAM.
 */
export { tagOperations } from './tag-operations.ts';
