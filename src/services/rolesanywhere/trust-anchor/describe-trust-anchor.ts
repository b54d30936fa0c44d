import type { TrustAnchorDocument } from '#stores/identity';
import type { RolesanywhereTypes } from '#wire/model';
import type { Noun } from '../base/noun.ts';
import { resourceArn } from '../base/resource.ts';
import { describeSettings } from './notification-settings.ts';

/** A trust anchor as answers show it (IAM Roles Anywhere API Reference, "TrustAnchorDetail"). */
export function describeTrustAnchor(anchor: TrustAnchorDocument): RolesanywhereTypes.TrustAnchorDetail {
  return {
    trustAnchorId: anchor.id,
    trustAnchorArn: resourceArn('trust-anchor', anchor),
    name: anchor.name,
    source: {
      sourceType: 'CERTIFICATE_BUNDLE',
      sourceData: { x509CertificateData: anchor.certificates },
    },
    enabled: anchor.isEnabled,
    createdAt: anchor.createdAt,
    updatedAt: anchor.updatedAt,
    notificationSettings: describeSettings(anchor.notificationSettings),
  };
}

/** A trust anchor for the operations that name one by its id and answer with it. */
export const trustAnchorNoun: Noun<
  'trust-anchor',
  RolesanywhereTypes.ScalarTrustAnchorRequest,
  RolesanywhereTypes.TrustAnchorDetailResponse
> = {
  kind: 'trust-anchor',
  idOf: ({ trustAnchorId }) => trustAnchorId,
  answer: (anchor) => ({ trustAnchor: describeTrustAnchor(anchor) }),
};
