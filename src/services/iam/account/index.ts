/**
 * What IAM knows of the account as a whole: its alias, its summary, who has which credentials and policies, and which tokens its global
 * endpoint issues. Making accounts and reading their names is the organizations' and the account service's. Called by the table of IAM.
 */
import { createAccountAlias } from './create-account-alias.ts';
import { deleteAccountAlias } from './delete-account-alias.ts';
import { generateCredentialReport } from './generate-credential-report.ts';
import { getAccountAuthorizationDetails } from './get-account-authorization-details.ts';
import { getAccountSummary } from './get-account-summary.ts';
import { getCredentialReport } from './get-credential-report.ts';
import { listAccountAliases } from './list-account-aliases.ts';
import { setSecurityTokenServicePreferences } from './set-security-token-service-preferences.ts';

export const accountOperations = {
  CreateAccountAlias: createAccountAlias,
  DeleteAccountAlias: deleteAccountAlias,
  GenerateCredentialReport: generateCredentialReport,
  GetAccountAuthorizationDetails: getAccountAuthorizationDetails,
  GetAccountSummary: getAccountSummary,
  GetCredentialReport: getCredentialReport,
  ListAccountAliases: listAccountAliases,
  SetSecurityTokenServicePreferences: setSecurityTokenServicePreferences,
};
