import { hash } from 'node:crypto';
import { type LookupAttribute, lookupAttributes, lookupResources, lookupUsername } from '#core/audit';
import { defineOperation, loadNothing } from '#services/operation';
import type { EventQuery, FoundEvent } from '#stores/audit-log';
import { fault } from '#wire/faults';
import { type CloudtrailTypes, cloudtrailOperations } from '#wire/model';

const mostResults = 50;
const longestValue = 2000;
const daysBack = 90;
const daySeconds = 86_400;

/**
 * The management events of the last ninety days of the caller's account in the Region, newest first, all or those of one attribute
 * (CloudTrail API Reference, "LookupEvents"). Nobody learns of events of another account. There are no Insights events to find.
 */
export const lookupEvents = defineOperation(cloudtrailOperations.LookupEvents, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [{ action: 'cloudtrail:LookupEvents', resource: '*' }],
  run: async (
    input,
    _loaded,
    { caller, region, now, events },
  ): Promise<CloudtrailTypes.LookupEventsResponse> => {
    const limit = readLimit(input.MaxResults);
    const attribute = readAttribute(input.LookupAttributes ?? []);
    const [from, to] = readRange(input.StartTime, input.EndTime, now);
    const about = digestOf([caller.account.id, region, attribute, input.StartTime, input.EndTime]);
    const page = input.NextToken === undefined ? undefined : readToken(input.NextToken, about);
    if (input.EventCategory !== undefined) {
      if (input.EventCategory !== 'insight') throw fault('InvalidEventCategoryException', invalidCategory);
      return { Events: [] };
    }
    // The end of the first page is the end of all: what comes meanwhile does not move them.
    const query: EventQuery = {
      account: caller.account.id,
      region,
      from,
      to: page?.to ?? to,
      attribute,
      before: page?.before,
      limit: limit + 1,
    };
    const found = await events.find(query);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return {
      Events: shown.map(describeEvent),
      ...(last === undefined || found.length <= limit
        ? {}
        : { NextToken: writeToken({ before: last.id, to: query.to }, about) }),
    };
  },
});

const invalidCategory = 'The event category is not valid. The valid value is insight.';

function readLimit(given: number | undefined): number {
  const limit = given ?? mostResults;
  if (limit >= 1 && limit <= mostResults) return limit;
  throw fault('InvalidMaxResultsException', `Max results must be between 1 and ${mostResults}.`);
}

function readAttribute(given: readonly CloudtrailTypes.LookupAttribute[]): EventQuery['attribute'] {
  const [first, ...more] = given;
  if (first === undefined) return undefined;
  if (more.length > 0) throw invalidAttributes('Only one lookup attribute may be specified.');
  const key = lookupAttributes.find((attribute: LookupAttribute) => attribute === first.AttributeKey);
  if (key === undefined) throw invalidAttributes(`${first.AttributeKey} is not a lookup attribute.`);
  // CloudTrail keeps room for escapes of these four.
  const length = [...first.AttributeValue].reduce(
    (sum, character) => sum + ('_ ,\n'.includes(character) ? 2 : 1),
    0,
  );
  if (length < 1 || length > longestValue) {
    throw invalidAttributes(`The value of a lookup attribute must have 1 to ${longestValue} characters.`);
  }
  return { key, value: first.AttributeValue };
}

function invalidAttributes(text: string): Error {
  return fault('InvalidLookupAttributesException', text);
}

/** Whole seconds, as event times are: both ends included. */
function readRange(
  start: number | undefined,
  end: number | undefined,
  now: number,
): readonly [from: number, to: number] {
  if (start !== undefined && end !== undefined && start > end)
    throw fault('InvalidTimeRangeException', 'The start time must not be after the end time.');
  const oldest = Math.floor(now / 1000) - daysBack * daySeconds;
  return [Math.max(oldest, Math.ceil((start ?? 0) / 1000)), Math.floor(Math.min(end ?? now, now) / 1000)];
}

interface Page {
  readonly before: number;
  readonly to: number;
}

/** A token goes on with the request it was made for and no other; it grants nothing. */
function writeToken({ before, to }: Page, about: string): string {
  return Buffer.from(`${before}/${to}/${about}`).toString('base64');
}

function readToken(token: string, about: string): Page {
  const text = Buffer.from(token, 'base64').toString();
  const [, before, to, madeFor] = /^([0-9]{1,16})\/([0-9]{1,12})\/([0-9a-f]{64})$/.exec(text) ?? [];
  if (madeFor !== about || Buffer.from(text).toString('base64') !== token)
    throw fault('InvalidNextTokenException', 'The NextToken is not valid for this request.');
  return { before: Number(before), to: Number(to) };
}

function digestOf(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts));
}

function describeEvent({ event }: FoundEvent): CloudtrailTypes.Event {
  const username = lookupUsername(event);
  const { accessKeyId } = event.userIdentity;
  return {
    EventId: event.eventID,
    EventName: event.eventName,
    ReadOnly: String(event.readOnly),
    ...(accessKeyId === undefined ? {} : { AccessKeyId: accessKeyId }),
    EventTime: Date.parse(event.eventTime),
    EventSource: event.eventSource,
    ...(username === undefined ? {} : { Username: username }),
    Resources: lookupResources(event).map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: JSON.stringify(event),
  };
}
