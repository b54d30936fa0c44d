import { parseArn } from '#core/arn';
import { fault } from '#wire/faults';
import type { IamTypes } from '#wire/model';

/** Resources that each way of launching an instance touches, all in one request (IAM API Reference, "SimulateCustomPolicy"). */
const scenarios: ReadonlyMap<string, readonly string[]> = new Map([
  ['EC2-Classic-InstanceStore', ['instance', 'image', 'security-group']],
  ['EC2-Classic-EBS', ['instance', 'image', 'security-group', 'volume']],
  ['EC2-VPC-InstanceStore', ['instance', 'image', 'security-group', 'network-interface']],
  ['EC2-VPC-InstanceStore-Subnet', ['instance', 'image', 'security-group', 'network-interface', 'subnet']],
  ['EC2-VPC-EBS', ['instance', 'image', 'security-group', 'network-interface', 'volume']],
  ['EC2-VPC-EBS-Subnet', ['instance', 'image', 'security-group', 'network-interface', 'subnet', 'volume']],
]);

/** The resource types of the scenario of that name. Throws InvalidInput for another name and when a type has no resource. */
export function readScenario(
  name: string | undefined,
  resources: readonly string[],
): readonly string[] | undefined {
  if (name === undefined) return undefined;
  const types = scenarios.get(name);
  if (types === undefined) {
    throw fault(
      'InvalidInput',
      `Invalid ResourceHandlingOption: ${name}. It is one of ${[...scenarios.keys()].join(', ')}.`,
    );
  }
  const present = resources.map((resource) => parseArn(resource)?.resource.split('/')[0]);
  const absent = types.find((type) => !present.includes(type));
  if (absent !== undefined)
    throw fault('InvalidInput', `ResourceHandlingOption ${name} requires a resource of type ${absent}.`);
  return types;
}

/** One result for a request that touches all these resources: it is allowed only where each of them is. */
export function combineScenario(
  action: string,
  each: readonly IamTypes.EvaluationResult[],
): IamTypes.EvaluationResult {
  const worst =
    each.find(({ EvalDecision }) => EvalDecision === 'explicitDeny') ??
    each.find(({ EvalDecision }) => EvalDecision === 'implicitDeny');
  const organizations = each.find(
    ({ OrganizationsDecisionDetail: detail }) => detail?.AllowedByOrganizations === false,
  );
  const detail = (organizations ?? each[0])?.OrganizationsDecisionDetail;
  return {
    EvalActionName: action,
    EvalResourceName: '*',
    EvalDecision: worst?.EvalDecision ?? 'allowed',
    MatchedStatements:
      worst?.MatchedStatements ?? each.flatMap(({ MatchedStatements = [] }) => MatchedStatements),
    MissingContextValues: [],
    ...(detail === undefined ? {} : { OrganizationsDecisionDetail: detail }),
    ResourceSpecificResults: each.flatMap(({ ResourceSpecificResults = [] }) => ResourceSpecificResults),
  };
}
