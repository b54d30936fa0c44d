import type { AnywhereSubjectDocument } from '#stores/identity';
import { rolesanywhereOperations as models, type RolesanywhereTypes } from '#wire/model';
import { getResource, listResource } from '../base/noun.ts';
import { resourceArn } from '../base/resource.ts';

function summarizeSubject(subject: AnywhereSubjectDocument): RolesanywhereTypes.SubjectSummary {
  return {
    subjectArn: resourceArn('subject', subject),
    subjectId: subject.id,
    enabled: true,
    x509Subject: subject.x509Subject,
    lastSeenAt: subject.lastSeenAt,
    createdAt: subject.createdAt,
    updatedAt: subject.lastSeenAt,
  };
}

/** Who got credentials by certificates of one subject, and by which (IAM Roles Anywhere API Reference, "GetSubject"). */
export const getSubject = getResource<
  'subject',
  RolesanywhereTypes.ScalarSubjectRequest,
  RolesanywhereTypes.SubjectDetailResponse
>(models.GetSubject, {
  kind: 'subject',
  idOf: ({ subjectId }) => subjectId,
  answer: (subject) => ({
    subject: {
      ...summarizeSubject(subject),
      credentials: subject.certificates.map(({ serialNumber, issuer, certificate, seenAt }) => ({
        seenAt,
        serialNumber,
        issuer,
        enabled: true,
        x509CertificateData: certificate,
        failed: false,
      })),
      instanceProperties: subject.instanceProperties.map(({ properties, seenAt }) => ({
        seenAt,
        properties,
        failed: false,
      })),
    },
  }),
});

export const listSubjects = listResource(models.ListSubjects, 'subject', (subjects, token) => ({
  subjects: subjects.map(summarizeSubject),
  ...token,
}));
