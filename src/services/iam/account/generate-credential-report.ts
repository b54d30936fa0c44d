import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { accountNow } from '../base/lookup.ts';
import { aboutEverything } from '../base/question.ts';
import { isExpired } from './report-age.ts';
import { writeCredentialReport } from './write-credential-report.ts';

/**
 * Writes the credential report of the account, unless there is one that is still good (IAM API Reference, "GenerateCredentialReport").
 * It is ready at once; clients that wait for COMPLETE hear so when they ask again.
 */
export const generateCredentialReport = defineOperation(iamOperations.GenerateCredentialReport, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: () => [aboutEverything('GenerateCredentialReport')],
  run: (_input, _loaded, { identity, caller, now }) =>
    identity.write(({ state, put }) => {
      const account = accountNow(state, caller);
      const present = state.all('credential-report').get(account.id);
      if (present !== undefined && !isExpired(present, now)) return { State: 'COMPLETE' };
      put('credential-report', {
        id: account.id,
        generatedAt: now,
        content: writeCredentialReport(state, account),
      });
      return {
        State: 'STARTED',
        Description: 'No report exists. Starting a new report generation task',
      };
    }),
});
