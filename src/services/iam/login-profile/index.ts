/**
 * Passwords of users, for signing in, and the rules an account sets for them. A password is kept as a sealed scrypt hash; it never
 * leaves again, not in answers, faults, logs or audit records. Signing in is not done here. Called by the table of IAM, and by the
 * sign-in door for who has to change a password.
 */
import { changePassword } from './change-password.ts';
import { createLoginProfile } from './create-login-profile.ts';
import { deleteAccountPasswordPolicy } from './delete-account-password-policy.ts';
import { deleteLoginProfile } from './delete-login-profile.ts';
import { getAccountPasswordPolicy } from './get-account-password-policy.ts';
import { getLoginProfile } from './get-login-profile.ts';
import { updateAccountPasswordPolicy } from './update-account-password-policy.ts';
import { updateLoginProfile } from './update-login-profile.ts';

export { changePasswordAtSignIn } from './change-password-at-sign-in.ts';

export const loginProfileOperations = {
  ChangePassword: changePassword,
  CreateLoginProfile: createLoginProfile,
  DeleteAccountPasswordPolicy: deleteAccountPasswordPolicy,
  DeleteLoginProfile: deleteLoginProfile,
  GetAccountPasswordPolicy: getAccountPasswordPolicy,
  GetLoginProfile: getLoginProfile,
  UpdateAccountPasswordPolicy: updateAccountPasswordPolicy,
  UpdateLoginProfile: updateLoginProfile,
};
