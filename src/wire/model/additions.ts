import type { OperationTable, ShapeTable } from './link.ts';
import type { ServiceName } from './service.ts';

interface Addition {
  readonly operations: Readonly<Record<string, OperationTable>>;
  readonly shapes: Readonly<Record<string, ShapeTable>>;
}

/**
 * Operations that AWS documents and does not publish in its models. CreateSession has no SDK, since its requests are signed with a certificate
 * (IAM Roles Anywhere User Guide, "CreateSession API").
 */
export const additions: Partial<Readonly<Record<ServiceName, Addition>>> = {
  rolesanywhere: {
    operations: {
      CreateSession: {
        http: { method: 'POST', uri: '/sessions', status: 201 },
        input: 'CreateSessionRequest',
        output: 'CreateSessionResponse',
        errors: ['ValidationException', 'ResourceNotFoundException', 'AccessDeniedException'],
      },
    },
    shapes: {
      CreateSessionRequest: {
        type: 'structure',
        required: ['profileArn', 'roleArn', 'trustAnchorArn'],
        members: {
          durationSeconds: 'CreateProfileRequestDurationSecondsInteger',
          instanceProperties: 'InstancePropertyMap',
          profileArn: { shape: 'ProfileArn', location: 'query-or-body' },
          roleArn: { shape: 'RoleArn', location: 'query-or-body' },
          roleSessionName: 'RoleSessionName',
          trustAnchorArn: { shape: 'TrustAnchorArn', location: 'query-or-body' },
        },
      },
      RoleSessionName: { type: 'string', min: 2, max: 64, pattern: '[\\w+=,.@-]*' },
      CreateSessionResponse: {
        type: 'structure',
        members: { credentialSet: 'CredentialSet', subjectArn: 'String' },
      },
      CredentialSet: { type: 'list', member: 'CredentialResponse' },
      CredentialResponse: {
        type: 'structure',
        members: {
          assumedRoleUser: 'AssumedRoleUser',
          credentials: 'Credentials',
          packedPolicySize: 'Integer',
          roleArn: 'String',
          sourceIdentity: 'String',
        },
      },
      AssumedRoleUser: { type: 'structure', members: { arn: 'String', assumedRoleId: 'String' } },
      Credentials: {
        type: 'structure',
        members: {
          accessKeyId: 'String',
          expiration: 'SyntheticTimestamp_date_time',
          secretAccessKey: 'SecretText',
          sessionToken: 'SecretText',
        },
      },
      SecretText: { type: 'string', sensitive: true },
    },
  },
};
