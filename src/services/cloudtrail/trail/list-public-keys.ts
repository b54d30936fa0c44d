import { defineOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { cloudtrailOperations } from '#wire/model';

/** The keys that may have signed digests of this account's events of this Region between two times (CloudTrail API, "ListPublicKeys"). */
export const listPublicKeys = defineOperation(cloudtrailOperations.ListPublicKeys, {
  callers: 'signed',
  effect: 'read',
  load: (input) => {
    if (input.NextToken !== undefined) {
      throw fault(
        'InvalidTokenException',
        'ListPublicKeys answers with every key at once and gives no token.',
      );
    }
    const { StartTime: start, EndTime: end } = input;
    if (start !== undefined && end !== undefined && start > end) {
      throw fault('InvalidTimeRangeException', 'StartTime must not be after EndTime.');
    }
  },
  authorize: () => [{ action: 'cloudtrail:ListPublicKeys', resource: '*' }],
  run: (input, _loaded, { state, caller, region, now }) => {
    const start = input.StartTime ?? input.EndTime ?? now;
    const end = input.EndTime ?? Math.max(start, now);
    return {
      PublicKeyList: state
        .all('digest-key')
        .list(`${caller.account.id} ${region}`)
        .filter(({ validFrom, validUntil }) => validFrom <= end && validUntil >= start)
        .map((key) => ({
          Value: Buffer.from(key.publicKey, 'base64'),
          ValidityStartTime: key.validFrom,
          ValidityEndTime: key.validUntil,
          Fingerprint: key.id,
        })),
    };
  },
});
