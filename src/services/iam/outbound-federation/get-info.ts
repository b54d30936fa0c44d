import { defineOperation } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { featureDisabled, issuerOf } from './issuer.ts';

/** The account's issuer, and whether it issues now (IAM API Reference, "GetOutboundWebIdentityFederationInfo"). */
export const getOutboundWebIdentityFederationInfo = defineOperation(
  iamOperations.GetOutboundWebIdentityFederationInfo,
  {
    callers: 'signed',
    effect: 'read',
    load: (_input, { state, caller }) => issuerOf(state, caller.account.id),
    authorize: () => [aboutEverything('GetOutboundWebIdentityFederationInfo')],
    run: (_input, issuer, { issuerUrl }) => {
      if (issuer === undefined) throw featureDisabled();
      return { IssuerIdentifier: issuerUrl(issuer.id), JwtVendingEnabled: issuer.isEnabled };
    },
  },
);
