import { parseArn } from '#core/arn';
import {
  type ApplicablePolicies,
  type ContextValue,
  distinctKeys,
  type ExplainedStep,
  type Explanation,
  explain,
  type NamedPolicy,
} from '#core/policy';
import { type Question, requestContext, type World } from '#services/operation';
import { fault } from '#wire/faults';
import type { IamTypes } from '#wire/model';
import { page } from '../base/page.ts';
import { readContextEntries } from './context-entries.ts';
import { readPolicy } from './policy-inputs.ts';
import { combineScenario, readScenario } from './scenario.ts';
import type { Simulated } from './simulated-caller.ts';

/** The parameters that both simulations have. */
export type SimulationRequest = Omit<IamTypes.SimulatePrincipalPolicyRequest, 'PolicySourceArn'>;

/** Who calls, and the policies that have a say in one question. */
export interface Simulation {
  readonly simulated: Simulated;
  readonly collect: (question: Question) => ApplicablePolicies;
}

type Row = IamTypes.EvaluationResult;

/** What a decision costs beside the reading of the given policies, in characters of them. */
const decisionCharacters = 5000;
/** What one answer may cost: a fraction of a second, in which nobody else is answered. */
const answerCharacters = 100_000_000;
const defaultMaxItems = 100;

const decisions = {
  allow: 'allowed',
  'implicit-deny': 'implicitDeny',
  'explicit-deny': 'explicitDeny',
} as const;
const outcomes = {
  denies: 'explicitDeny',
  allows: 'allowed',
  delegates: 'allowed',
  silent: 'implicitDeny',
} as const;

/** What AWS's simulator calls the types of policy. */
const typeNames: Readonly<Partial<Record<ExplainedStep['type'], string>>> = {
  identity: 'IAM Policy',
  resource: 'Resource Policy',
  boundary: 'IAM Permissions Boundary Policy',
};

/**
 * Decides each action on each resource and answers one page of the results (IAM API Reference, "EvaluationResult").
 * Only the rows of the page are decided, and a page of large policies or scenarios is shorter, as AWS's may be: no request costs much.
 * Throws InvalidInput.
 */
export function simulate(
  request: SimulationRequest,
  { simulated, collect }: Simulation,
  world: World,
): IamTypes.SimulatePolicyResponse {
  const { ResourceArns: resources = ['*'], ActionNames: actions } = request;
  for (const action of actions) checkAction(action);
  for (const resource of resources) checkResource(resource);
  const given = readContextEntries(request.ContextEntries);
  const resourcePolicy = readResourcePolicy(request, simulated);
  const owner = readOwner(request.ResourceOwner);
  const scenario = readScenario(request.ResourceHandlingOption, resources);

  const decide = (action: string, resource: string): Row => {
    const account = parseArn(resource)?.account ?? '';
    const resourceAccount =
      account === '' || account === '*' ? (owner ?? simulated.caller.account.id) : account;
    const question: Question = {
      action,
      resource,
      resourceAccount: resourceAccount as NonNullable<Question['resourceAccount']>,
    };
    const context = contextOf(simulated, question, given, world);
    const policies = collect(question);
    const explanation = explain(
      { principal: simulated.principal, action, resource, resourceAccount, context },
      resourcePolicy === undefined
        ? policies
        : { ...policies, resource: { ...resourcePolicy, kind: 'resource' } },
    );
    return describe(explanation, action, resource, resourceAccount !== simulated.caller.account.id);
  };

  const rows = actions.flatMap((action) =>
    scenario === undefined
      ? resources.map((resource) => ({ action, over: [resource] }))
      : [{ action, over: resources }],
  );
  const numbered = rows.map((row, index) => ({ ...row, key: String(index).padStart(9, '0') }));
  const most = mostRows(request, scenario === undefined ? 1 : resources.length);
  const MaxItems = Math.min(most, request.MaxItems ?? defaultMaxItems);
  const { items, answer } = page(numbered, ({ key }) => key, { ...request, MaxItems });
  const results = items.map(({ action, over }) => {
    const each = over.map((resource) => decide(action, resource));
    const [only] = each;
    return only !== undefined && scenario === undefined ? only : combineScenario(action, each);
  });
  return { EvaluationResults: results, ...answer };
}

/** How many rows of so many decisions one answer can hold. Throws InvalidInput where not even one fits. */
function mostRows(request: SimulationRequest, decisions: number): number {
  const { PolicyInputList = [], PermissionsBoundaryPolicyInputList = [], ResourcePolicy = '' } = request;
  const given = [...PolicyInputList, ...PermissionsBoundaryPolicyInputList, ResourcePolicy];
  const characters = given.reduce((sum, text) => sum + text.length, decisionCharacters);
  const rows = Math.floor(answerCharacters / (characters * decisions));
  if (rows < 1)
    throw fault('InvalidInput', 'The policies and resources are too many to be simulated at once.');
  return rows;
}

function contextOf(
  { caller, unknownKeys }: Simulated,
  question: Question,
  given: ReadonlyMap<string, ContextValue>,
  world: World,
): ReadonlyMap<string, ContextValue> {
  const context = new Map(requestContext({ ...world, caller }, question, undefined));
  for (const key of unknownKeys) context.delete(key);
  for (const [key, value] of given) context.set(key, value);
  return context;
}

function checkAction(action: string): void {
  if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action))
    throw fault(
      'InvalidInput',
      `Invalid action name: ${action}. Name one action of one service, without wildcards.`,
    );
}

function checkResource(resource: string): void {
  if (resource !== '*' && parseArn(resource) === undefined)
    throw fault('InvalidInput', `Invalid resource: ${resource} must be an ARN or "*".`);
}

function readResourcePolicy(
  { ResourcePolicy: text, CallerArn: callerArn }: SimulationRequest,
  { principal }: Simulated,
): NamedPolicy | undefined {
  if (text === undefined) return undefined;
  // Its Principal needs somebody to be compared with.
  if (callerArn === undefined && !(principal.type === 'user' && principal.arn !== ''))
    throw fault(
      'InvalidInput',
      'CallerArn is required with ResourcePolicy unless the policies are those of a user.',
    );
  return { name: 'ResourcePolicy', policy: readPolicy('ResourcePolicy', text, 'resource') };
}

/** The account that owns the resources whose ARN names none. */
function readOwner(arn: string | undefined): string | undefined {
  if (arn === undefined) return undefined;
  const account = /^arn:aws:iam::([0-9]{12}):root$/.exec(arn)?.[1] ?? /^([0-9]{12})$/.exec(arn)?.[1];
  if (account === undefined)
    throw fault(
      'InvalidInput',
      `ResourceOwner must name an account, such as arn:aws:iam::111122223333:root: ${arn}`,
    );
  return account;
}

function describe(explanation: Explanation, action: string, resource: string, crossAccount: boolean): Row {
  const { decision, steps } = explanation;
  // What an organization's policies ask about is its management account's business.
  const missingKeys = distinctKeys(
    steps.flatMap((step) => (step.type === 'scp' || step.type === 'rcp' ? [] : step.missingKeys)),
  );
  const boundary = steps.find(({ type }) => type === 'boundary');
  const levels = steps.filter(({ type }) => type === 'scp');
  const isByOrganization = decision.decidedBy === 'scp' && !decision.allowed;
  const own = {
    MatchedStatements: matchedStatements(explanation),
    ...(isByOrganization ? {} : decisionDetails(steps, resource, crossAccount)),
    ...(boundary === undefined
      ? {}
      : {
          PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: boundary.outcome === 'allows' },
        }),
  };
  const EvalDecision = decisions[decision.effect];
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision,
    ...own,
    MissingContextValues: resource === '*' ? missingKeys : [],
    ...(levels.length === 0
      ? {}
      : {
          OrganizationsDecisionDetail: {
            AllowedByOrganizations: levels.every(({ outcome }) => outcome === 'allows'),
          },
        }),
    ...(resource === '*'
      ? {}
      : {
          ResourceSpecificResults: [
            {
              EvalResourceName: resource,
              EvalResourceDecision: EvalDecision,
              ...own,
              MissingContextValues: missingKeys,
            },
          ],
        }),
  };
}

/** Across accounts, what each kind of policy says; within one account there is nothing to tell, and for `*` not even that. */
function decisionDetails(
  steps: readonly ExplainedStep[],
  resource: string,
  crossAccount: boolean,
): Pick<Row, 'EvalDecisionDetails'> {
  if (!crossAccount) return resource === '*' ? {} : { EvalDecisionDetails: {} };
  const details = steps.flatMap(({ type, outcome }) => {
    const name = typeNames[type];
    return name === undefined ? [] : [[name, outcomes[outcome]] as const];
  });
  return { EvalDecisionDetails: Object.fromEntries(details) };
}

/**
 * The statements that made the decision: every deny that matched, else every allow; none where nothing allowed.
 * What an organization's policies say is told by OrganizationsDecisionDetail alone.
 */
function matchedStatements({ decision, steps }: Explanation): readonly IamTypes.Statement[] {
  if (decision.effect === 'implicit-deny') return [];
  const effect = decision.allowed ? 'Allow' : 'Deny';
  return steps.flatMap(({ type, policies }) => {
    const SourcePolicyType = typeNames[type];
    if (SourcePolicyType === undefined || (decision.allowed && type === 'boundary')) return [];
    return policies.flatMap(({ name, holder, statements }) =>
      statements
        .filter(({ matched, statement }) => matched && statement.effect === effect)
        .map(({ statement: { start, end } }) => ({
          SourcePolicyId: sourceId(name, holder),
          SourcePolicyType,
          StartPosition: { Line: start.line, Column: start.column },
          EndPosition: { Line: end.line, Column: end.column },
        })),
    );
  });
}

/** `user_alice_inline`, the name of a managed policy, or the parameter a policy was given in. */
function sourceId(name: string, holder: string | undefined): string {
  return holder === undefined ? name.slice(name.lastIndexOf('/') + 1) : `${holder}_${name}`;
}
