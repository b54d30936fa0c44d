import type { IamTypes } from '#wire/model';
import type { Branch, Tone } from './tree.ts';

type Result = IamTypes.EvaluationResult;

const verdicts: Readonly<Record<string, string>> = {
  allowed: 'allowed',
  explicitDeny: 'denied',
  implicitDeny: 'denied: no policy allows it',
};

/** The tree of one result of SimulatePrincipalPolicy. */
export function drawSimulation(principal: string, result: Result): Branch {
  const { EvalActionName: action, EvalResourceName: resource = '*', EvalDecision: decision } = result;
  const tone: Tone = decision === 'allowed' ? 'good' : 'bad';
  return {
    text: `${verdicts[decision] ?? decision}: ${principal} ${action} ${resource}`,
    tone,
    branches: [
      ...(result.MatchedStatements ?? []).map(({ SourcePolicyId, SourcePolicyType, StartPosition }) => ({
        text: `matches: a statement of ${SourcePolicyId} (${SourcePolicyType}, line ${StartPosition?.Line}, column ${StartPosition?.Column})`,
        tone,
      })),
      ...limit(
        'permissions boundary',
        result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
      ),
      ...limit('service control policies', result.OrganizationsDecisionDetail?.AllowedByOrganizations),
      ...missingKeys(result).map((key) => ({
        text: `the policies ask for ${key}: give it with --context`,
        tone: 'quiet' as const,
      })),
    ],
  };
}

function limit(name: string, allows: boolean | undefined): readonly Branch[] {
  if (allows === undefined) return [];
  return [{ text: `${name}: ${allows ? 'allows' : 'does not allow'}`, tone: allows ? 'good' : 'bad' }];
}

function missingKeys({ MissingContextValues = [], ResourceSpecificResults = [] }: Result): readonly string[] {
  return [
    ...MissingContextValues,
    ...ResourceSpecificResults.flatMap((one) => one.MissingContextValues ?? []),
  ];
}
