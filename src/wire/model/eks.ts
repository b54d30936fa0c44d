import type {
  AssociationRequest,
  AssociationResponse,
  CreatePodIdentityAssociationRequest,
  DescribeClusterResponse,
  ListClustersRequest,
  ListClustersResponse,
  ListPodIdentityAssociationsRequest,
  ListPodIdentityAssociationsResponse,
  TagMap,
  TagResourceRequest,
  UntagResourceRequest,
  UpdatePodIdentityAssociationRequest,
} from './eks-types.ts';
import { linkService, type ServiceTable, type ShapeTable } from './link.ts';

const clusterName = { shape: 'String', location: 'uri', locationName: 'name' } as const;
const associationId = { shape: 'String', location: 'uri', locationName: 'associationId' } as const;
const resourceArn = { shape: 'String', location: 'uri', locationName: 'resourceArn' } as const;
const page = {
  maxResults: { shape: 'MaxResults', location: 'querystring', locationName: 'maxResults' },
  nextToken: { shape: 'String', location: 'querystring', locationName: 'nextToken' },
} as const;
const terms = {
  roleArn: 'String',
  clientRequestToken: 'String',
  disableSessionTags: 'Boolean',
  targetRoleArn: 'String',
  policy: 'String',
} as const;
const summary = {
  clusterName: 'String',
  namespace: 'String',
  serviceAccount: 'String',
  associationArn: 'String',
  associationId: 'String',
} as const;
const associationErrors = [
  'ServerException',
  'ResourceNotFoundException',
  'InvalidRequestException',
  'InvalidParameterException',
] as const;

function refusal(httpStatusCode: number): ShapeTable {
  return {
    type: 'structure',
    members: { message: 'String' },
    exception: true,
    error: { httpStatusCode },
  };
}

/**
 * The part of Amazon EKS that pods get credentials through: pod identity associations, their tags, and the names of clusters. By hand in the
 * form of the generated tables; the shapes are AWS's, members that nothing here answers are left out.
 */
const table: ServiceTable = {
  service: 'eks',
  protocol: 'rest-json',
  apiVersion: '2017-11-01',
  serviceId: 'EKS',
  signingName: 'eks',
  operations: {
    CreatePodIdentityAssociation: {
      http: { method: 'POST', uri: '/clusters/{name}/pod-identity-associations' },
      input: 'CreatePodIdentityAssociationRequest',
      output: 'AssociationResponse',
      errors: [...associationErrors, 'ResourceLimitExceededException', 'ResourceInUseException'],
    },
    DeletePodIdentityAssociation: {
      http: { method: 'DELETE', uri: '/clusters/{name}/pod-identity-associations/{associationId}' },
      input: 'AssociationRequest',
      output: 'AssociationResponse',
      errors: associationErrors,
    },
    DescribeCluster: {
      http: { method: 'GET', uri: '/clusters/{name}' },
      input: 'DescribeClusterRequest',
      output: 'DescribeClusterResponse',
      errors: ['ResourceNotFoundException', 'ServerException'],
    },
    DescribePodIdentityAssociation: {
      http: { method: 'GET', uri: '/clusters/{name}/pod-identity-associations/{associationId}' },
      input: 'AssociationRequest',
      output: 'AssociationResponse',
      errors: associationErrors,
    },
    ListClusters: {
      http: { method: 'GET', uri: '/clusters' },
      input: 'ListClustersRequest',
      output: 'ListClustersResponse',
      errors: ['InvalidParameterException', 'ServerException'],
    },
    ListPodIdentityAssociations: {
      http: { method: 'GET', uri: '/clusters/{name}/pod-identity-associations' },
      input: 'ListPodIdentityAssociationsRequest',
      output: 'ListPodIdentityAssociationsResponse',
      errors: associationErrors,
    },
    ListTagsForResource: {
      http: { method: 'GET', uri: '/tags/{resourceArn}' },
      input: 'ListTagsForResourceRequest',
      output: 'ListTagsForResourceResponse',
      errors: ['BadRequestException', 'NotFoundException'],
    },
    TagResource: {
      http: { method: 'POST', uri: '/tags/{resourceArn}' },
      input: 'TagResourceRequest',
      output: 'Nothing',
      errors: ['BadRequestException', 'NotFoundException'],
    },
    UntagResource: {
      http: { method: 'DELETE', uri: '/tags/{resourceArn}' },
      input: 'UntagResourceRequest',
      output: 'Nothing',
      errors: ['BadRequestException', 'NotFoundException'],
    },
    UpdatePodIdentityAssociation: {
      http: { method: 'POST', uri: '/clusters/{name}/pod-identity-associations/{associationId}' },
      input: 'UpdatePodIdentityAssociationRequest',
      output: 'AssociationResponse',
      errors: associationErrors,
    },
  },
  shapes: {
    CreatePodIdentityAssociationRequest: {
      type: 'structure',
      required: ['clusterName', 'namespace', 'serviceAccount', 'roleArn'],
      members: {
        clusterName,
        namespace: 'String',
        serviceAccount: 'String',
        ...terms,
        tags: 'TagMap',
      },
    },
    UpdatePodIdentityAssociationRequest: {
      type: 'structure',
      required: ['clusterName', 'associationId'],
      members: {
        clusterName,
        associationId,
        ...terms,
      },
    },
    AssociationRequest: {
      type: 'structure',
      required: ['clusterName', 'associationId'],
      members: {
        clusterName,
        associationId,
      },
    },
    AssociationResponse: { type: 'structure', members: { association: 'PodIdentityAssociation' } },
    PodIdentityAssociation: {
      type: 'structure',
      members: {
        ...summary,
        roleArn: 'String',
        tags: 'TagMap',
        createdAt: 'Timestamp',
        modifiedAt: 'Timestamp',
        disableSessionTags: 'Boolean',
        targetRoleArn: 'String',
        externalId: 'String',
        policy: 'String',
      },
    },
    ListPodIdentityAssociationsRequest: {
      type: 'structure',
      required: ['clusterName'],
      members: {
        clusterName,
        namespace: { shape: 'String', location: 'querystring', locationName: 'namespace' },
        serviceAccount: { shape: 'String', location: 'querystring', locationName: 'serviceAccount' },
        ...page,
      },
    },
    ListPodIdentityAssociationsResponse: {
      type: 'structure',
      members: { associations: 'PodIdentityAssociationSummaries', nextToken: 'String' },
    },
    PodIdentityAssociationSummaries: { type: 'list', member: 'PodIdentityAssociationSummary' },
    PodIdentityAssociationSummary: {
      type: 'structure',
      members: summary,
    },
    DescribeClusterRequest: {
      type: 'structure',
      required: ['name'],
      members: { name: clusterName },
    },
    DescribeClusterResponse: { type: 'structure', members: { cluster: 'Cluster' } },
    Cluster: {
      type: 'structure',
      members: { name: 'String', arn: 'String', identity: 'Identity', status: 'String' },
    },
    Identity: { type: 'structure', members: { oidc: 'Oidc' } },
    Oidc: { type: 'structure', members: { issuer: 'String' } },
    ListClustersRequest: {
      type: 'structure',
      members: {
        ...page,
        include: { shape: 'StringList', location: 'querystring', locationName: 'include' },
      },
    },
    ListClustersResponse: { type: 'structure', members: { clusters: 'StringList', nextToken: 'String' } },
    ListTagsForResourceRequest: {
      type: 'structure',
      required: ['resourceArn'],
      members: { resourceArn },
    },
    ListTagsForResourceResponse: { type: 'structure', members: { tags: 'TagMap' } },
    TagResourceRequest: {
      type: 'structure',
      required: ['resourceArn', 'tags'],
      members: {
        resourceArn,
        tags: 'TagMap',
      },
    },
    UntagResourceRequest: {
      type: 'structure',
      required: ['resourceArn', 'tagKeys'],
      members: {
        resourceArn,
        tagKeys: { shape: 'TagKeyList', location: 'querystring', locationName: 'tagKeys' },
      },
    },
    Nothing: { type: 'structure', members: {} },
    ServerException: { ...refusal(500), fault: true },
    ResourceNotFoundException: refusal(404),
    InvalidRequestException: refusal(400),
    InvalidParameterException: refusal(400),
    ResourceLimitExceededException: refusal(400),
    ResourceInUseException: refusal(409),
    BadRequestException: refusal(400),
    NotFoundException: refusal(404),
    Boolean: { type: 'boolean' },
    MaxResults: { type: 'integer', min: 1, max: 100 },
    String: { type: 'string' },
    StringList: { type: 'list', member: 'String' },
    TagKey: { type: 'string', min: 1, max: 128 },
    TagKeyList: { type: 'list', member: 'TagKey', min: 1, max: 50 },
    TagMap: { type: 'map', key: 'TagKey', value: 'TagValue', min: 1, max: 50 },
    TagValue: { type: 'string', max: 256 },
    Timestamp: { type: 'timestamp' },
  },
};

const { model, operation } = linkService(table);

export const eksModel = model;

/** The operations, each with the types of its input and output. */
export const eksOperations = {
  CreatePodIdentityAssociation: operation<CreatePodIdentityAssociationRequest, AssociationResponse>(
    'CreatePodIdentityAssociation',
  ),
  DeletePodIdentityAssociation: operation<AssociationRequest, AssociationResponse>(
    'DeletePodIdentityAssociation',
  ),
  DescribeCluster: operation<{ readonly name: string }, DescribeClusterResponse>('DescribeCluster'),
  DescribePodIdentityAssociation: operation<AssociationRequest, AssociationResponse>(
    'DescribePodIdentityAssociation',
  ),
  ListClusters: operation<ListClustersRequest, ListClustersResponse>('ListClusters'),
  ListPodIdentityAssociations: operation<
    ListPodIdentityAssociationsRequest,
    ListPodIdentityAssociationsResponse
  >('ListPodIdentityAssociations'),
  ListTagsForResource: operation<{ readonly resourceArn: string }, { readonly tags: TagMap }>(
    'ListTagsForResource',
  ),
  TagResource: operation<TagResourceRequest, object>('TagResource'),
  UntagResource: operation<UntagResourceRequest, object>('UntagResource'),
  UpdatePodIdentityAssociation: operation<UpdatePodIdentityAssociationRequest, AssociationResponse>(
    'UpdatePodIdentityAssociation',
  ),
} as const;

export type EksOperationName = keyof typeof eksOperations;
export type EksErrorCode =
  | 'BadRequestException'
  | 'InvalidParameterException'
  | 'InvalidRequestException'
  | 'NotFoundException'
  | 'ResourceInUseException'
  | 'ResourceLimitExceededException'
  | 'ResourceNotFoundException'
  | 'ServerException';
