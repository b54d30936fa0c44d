import type {
  ContextValue,
  Decision,
  ExplainedStep,
  Explanation,
  PolicyType,
  Position,
  UnmetPart,
} from '#core/policy';
import type { Branch, Tone } from './tree.ts';

/** What is asked, for the head of a tree. */
export interface Asked {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
}

const typeNames: Readonly<Record<PolicyType, string>> = {
  identity: 'identity policies',
  boundary: 'permissions boundary',
  session: 'session policies',
  resource: 'resource policy',
  trust: 'role trust policy',
  scp: 'service control policies',
  rcp: 'resource control policies',
};

const tones: Readonly<Record<ExplainedStep['outcome'], Tone>> = {
  allows: 'good',
  delegates: 'good',
  denies: 'bad',
  silent: 'quiet',
};

const outcomes: Readonly<Record<ExplainedStep['outcome'], string>> = {
  allows: 'allows',
  delegates: 'leaves it to the policies of the account',
  denies: 'denies',
  silent: 'does not allow',
};

/** The tree of a decision: each list of policies in the order they are asked, with the statements about the action. */
export function drawExplanation(asked: Asked, { decision, steps }: Explanation): Branch {
  return drawHead(
    asked,
    decision,
    steps.map((step) => ({
      text: `${typeNames[step.type]}${step.level === undefined ? '' : ` of level ${step.level}`}: ${outcomes[step.outcome]}`,
      tone: tones[step.outcome],
      branches: step.policies.map(({ name, statements, others }) => ({
        text: name,
        branches: [
          ...statements.map(({ statement, matched, unmet }) => ({
            text: `${matched ? 'matches' : 'differs'}: ${describeStatement(statement)}`,
            tone: matched
              ? statement.effect === 'Deny'
                ? ('bad' as const)
                : ('good' as const)
              : ('quiet' as const),
            branches: unmet.map((part) => ({ text: describeUnmet(part) })),
          })),
          ...(others === 0
            ? []
            : [
                {
                  text: `${others} ${others === 1 ? 'statement' : 'statements'} about other actions`,
                  tone: 'quiet' as const,
                },
              ]),
        ],
      })),
    })),
  );
}

/** The head of a tree: the decision and what was asked. */
export function drawHead(
  { principal, action, resource }: Asked,
  { effect, decidedBy }: Pick<Decision, 'effect' | 'decidedBy'>,
  branches: readonly Branch[],
): Branch {
  const by = decidedBy === 'root' ? 'the root of the account' : typeNames[decidedBy];
  const verdicts: Readonly<Record<Decision['effect'], string>> = {
    allow: `allowed by ${by}`,
    'explicit-deny': `denied by ${by}`,
    'implicit-deny': `denied: ${by} did not allow it`,
  };
  return {
    text: `${verdicts[effect]}: ${principal} ${action} ${resource}`,
    tone: effect === 'allow' ? 'good' : 'bad',
    branches,
  };
}

function describeStatement({
  effect,
  sid,
  index,
  position,
}: {
  readonly effect: string;
  readonly sid: string | undefined;
  readonly index: number;
  readonly position: Position;
}): string {
  const name = sid === undefined || sid === '' ? `statement ${index + 1}` : sid;
  return `${effect} ${name}${place(position)}`;
}

/** What a statement wants and what it saw instead. */
export function describeUnmet({ element, operator, key, wanted, saw, position }: UnmetPart): string {
  const name = element === 'Condition' ? `${operator} ${key}` : element;
  return `${name} wants ${list(wanted)}; the request has ${saw === undefined ? 'none' : list(values(saw))}${place(position)}`;
}

function place({ line, column }: Position): string {
  return ` (line ${line}, column ${column})`;
}

function values(value: ContextValue): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : texts.join(', ');
}
