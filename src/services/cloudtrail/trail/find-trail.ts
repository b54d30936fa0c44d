import type { AccountId } from '#core/identifiers';
import { checkTrailName, parseTrailArn, trailArn } from '#core/trail';
import type { Call, Question, World } from '#services/operation';
import type { IdentityState, TrailDocument } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';
import { invalidTrailName, trailNotFound } from './faults.ts';

/** What a request names by a trail's name or ARN. */
export interface NamedTrail {
  readonly given: string;
  /** The ARN that is asked about, whether there is such a trail or not. */
  readonly arn: string;
  readonly account: AccountId;
}

/**
 * The trail a request names: by ARN, or by the name of one in the Region of the request, or of one that logs every Region and has its home
 * elsewhere. Throws InvalidTrailNameException or CloudTrailARNInvalidException.
 */
export function nameTrail(given: string, { state, caller, region }: World): NamedTrail {
  const account = caller.account.id;
  if (given.startsWith('arn:')) {
    const parsed = parseTrailArn(given);
    if (parsed === undefined) throw invalidArn(given);
    return { given, arn: given, account: parsed.account as AccountId };
  }
  const problem = checkTrailName(given);
  if (problem !== undefined) throw invalidTrailName(problem, given);
  const arn = trailArn(region, account, given);
  if (state.all('trail').get(arn) !== undefined) return { given, arn, account };
  const shadow = trailsOf(state, account).find((trail) => trail.name === given && trail.isMultiRegion);
  return { given, arn: shadow?.id ?? arn, account };
}

/** The fault for a text that is the ARN of no trail. */
export function invalidArn(given: string): Fault {
  return fault(
    'CloudTrailARNInvalidException',
    `The ARN ${given} is not the ARN of a trail: arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME.`,
  );
}

/** The question whether the caller may do this to a trail (Service Authorization Reference, "AWS CloudTrail"). */
export function aboutTrail(
  action: string,
  { arn, account }: NamedTrail,
  state: IdentityState,
  context?: Question['context'],
): Question {
  const trail = state.all('trail').get(arn);
  return {
    action: `cloudtrail:${action}`,
    resource: arn,
    resourceAccount: account,
    ...(trail === undefined ? {} : { resourceTags: trail.tags }),
    ...(context === undefined ? {} : { context }),
  };
}

/** The trail. Throws TrailNotFoundException. */
export function presentTrail(named: NamedTrail, state: IdentityState): TrailDocument {
  const trail = state.all('trail').get(named.arn);
  if (trail === undefined) throw trailNotFound(named.given, named.account);
  return trail;
}

/** The trail, to be changed. Throws TrailNotFoundException, and InvalidHomeRegionException anywhere but in its home Region. */
export function ownTrail(named: NamedTrail, state: IdentityState, { region }: Call): TrailDocument {
  const trail = presentTrail(named, state);
  if (trail.homeRegion !== region) {
    throw fault(
      'InvalidHomeRegionException',
      `The trail ${trail.id} can be changed only in its home Region, ${trail.homeRegion}.`,
    );
  }
  return trail;
}

/** The trails of an account, by ARN. */
export function trailsOf(state: IdentityState, account: AccountId): readonly TrailDocument[] {
  return [...state.all('trail').owned(account)].sort((left, right) => (left.id < right.id ? -1 : 1));
}

/** Those that log a Region: with their home there, or in every Region. */
export function trailsIn(
  state: IdentityState,
  account: AccountId,
  region: string,
  includeShadows: boolean,
): readonly TrailDocument[] {
  return trailsOf(state, account).filter(
    (trail) => trail.homeRegion === region || (includeShadows && trail.isMultiRegion),
  );
}

/** Whether a trail logs now. */
export function isLogging(trail: TrailDocument): boolean {
  const last = trail.logging.at(-1);
  return last !== undefined && last.to === undefined;
}
