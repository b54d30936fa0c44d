import type { Decision, PolicyType } from './evaluate.ts';

const names: Readonly<Record<PolicyType, { readonly implicit: string; readonly explicit: string }>> = {
  identity: { implicit: 'no identity-based policy allows', explicit: 'an identity-based policy' },
  boundary: { implicit: 'no permissions boundary allows', explicit: 'a permissions boundary' },
  session: { implicit: 'no session policy allows', explicit: 'a session policy' },
  resource: { implicit: 'no resource-based policy allows', explicit: 'a resource-based policy' },
  trust: { implicit: 'no role trust policy allows', explicit: 'the role trust policy' },
  scp: { implicit: 'no service control policy allows', explicit: 'a service control policy' },
  rcp: { implicit: 'no resource control policy allows', explicit: 'a resource control policy' },
};

/** Who may not do what to what. */
interface Refused {
  readonly callerArn: string;
  readonly action: string;
  readonly resource: string;
}

/**
 * The sentence in which AWS refuses, with the reason it names (IAM User Guide, "Troubleshoot access denied error messages").
 * An action without resource names none.
 */
export function denialMessage({ decision, ...refused }: Refused & { readonly decision: Decision }): string {
  return `${unexplainedDenial(refused)}${reason(decision, refused.action)}`;
}

/** The same sentence where AWS keeps the reason to itself. */
export function unexplainedDenial({ callerArn, action, resource }: Refused): string {
  const onResource = resource === '*' ? '' : ` on resource: ${resource}`;
  return `User: ${callerArn} is not authorized to perform: ${action}${onResource}`;
}

function reason({ effect, decidedBy }: Decision, action: string): string {
  if (decidedBy === 'root' || effect === 'allow') return '';
  const { implicit, explicit } = names[decidedBy];
  return effect === 'explicit-deny'
    ? ` with an explicit deny in ${explicit}`
    : ` because ${implicit} the ${action} action`;
}
