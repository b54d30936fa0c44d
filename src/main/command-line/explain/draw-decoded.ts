import type { Decision, PolicyType, UnmetPart } from '#core/policy';
import { type Asked, describeUnmet, drawHead } from './draw-explanation.ts';
import type { Branch } from './tree.ts';

interface Items<T> {
  readonly items: readonly T[];
}
type Values = Items<{ readonly value: string }>;

interface Unmet extends Pick<UnmetPart, 'element' | 'operator' | 'key'> {
  readonly wanted: Values;
  readonly saw?: Values;
  readonly line: number;
  readonly column: number;
}

/** What DecodeAuthorizationMessage answers with. Members that AWS does not have may be absent. */
export interface DecodedMessage {
  readonly allowed: boolean;
  readonly explicitDeny: boolean;
  readonly matchedStatements: Items<{
    readonly statementId: string;
    readonly effect: string;
    readonly actions: Values;
    readonly resources: Values;
  }>;
  readonly failures: Items<{
    readonly policyType?: PolicyType;
    readonly effect?: Decision['effect'];
    readonly nearMisses?: Items<{
      readonly policy: string;
      readonly statementId: string;
      readonly unmet: Items<Unmet>;
    }>;
  }>;
  readonly context: {
    readonly principal: { readonly id: string; readonly arn: string };
    readonly action: string;
    readonly resource: string;
    readonly conditions: Items<{ readonly key: string; readonly values: Values }>;
  };
}

/** Reads a decoded message. Throws Error when the text is none. */
export function parseDecoded(text: string): DecodedMessage {
  let value: Partial<DecodedMessage> | null;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('the text is no decoded authorization message: it is no JSON');
  }
  const { context, matchedStatements, failures } = value ?? {};
  if (
    context?.principal === undefined ||
    matchedStatements?.items === undefined ||
    failures?.items === undefined
  )
    throw new Error('the text is no decoded authorization message: it lacks what one has');
  return value as DecodedMessage;
}

/** The tree of a denial: the statements that denied it or came near, and the condition keys of the request. */
export function drawDecoded({ explicitDeny, matchedStatements, failures, context }: DecodedMessage): Branch {
  const [failure] = failures.items;
  const asked: Asked = {
    principal: context.principal.arn,
    action: context.action,
    resource: context.resource,
  };
  const branches: Branch[] = [
    ...matchedStatements.items.map(({ statementId, effect, actions, resources }) => ({
      text: `matches: ${effect} ${statementId === '' ? 'a statement' : statementId} for ${list(actions)} on ${list(resources)}`,
      tone: 'bad' as const,
    })),
    ...(failure?.nearMisses?.items ?? []).map(({ policy, statementId, unmet }) => ({
      text: `differs: ${statementId === '' ? 'a statement' : statementId} of ${policy}`,
      branches: unmet.items.map(({ wanted, saw, line, column, ...part }) => ({
        text: describeUnmet({
          ...part,
          wanted: valuesOf(wanted),
          ...(saw === undefined ? {} : { saw: valuesOf(saw) }),
          position: { line, column },
        }),
      })),
    })),
    {
      text: 'condition keys of the request',
      tone: 'quiet',
      branches: context.conditions.items.map(({ key, values }) => ({ text: `${key} = ${list(values)}` })),
    },
  ];
  if (failure?.policyType === undefined || failure.effect === undefined) {
    const verdict = explicitDeny ? 'denied by a statement' : 'denied';
    return {
      text: `${verdict}: ${asked.principal} ${asked.action} ${asked.resource}`,
      tone: 'bad',
      branches,
    };
  }
  return drawHead(asked, { effect: failure.effect, decidedBy: failure.policyType }, branches);
}

function valuesOf({ items }: Values): readonly string[] {
  return items.map(({ value }) => value);
}

function list(values: Values): string {
  return valuesOf(values).join(', ');
}
