import { defineOperation, loadNothing } from '#services/operation';
import { fault } from '#wire/faults';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { isExpired } from './report-age.ts';

/** The credential report that was last generated, as CSV (IAM API Reference, "GetCredentialReport"). */
export const getCredentialReport = defineOperation(iamOperations.GetCredentialReport, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('GetCredentialReport')],
  run: (_input, _loaded, { state, caller, now }) => {
    const report = state.all('credential-report').get(caller.account.id);
    if (report === undefined) throw fault('ReportNotPresent');
    if (isExpired(report, now)) throw fault('ReportExpired');
    return {
      Content: Buffer.from(report.content),
      ReportFormat: 'text/csv',
      GeneratedTime: report.generatedAt,
    };
  },
});
