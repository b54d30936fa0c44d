import { type Instant, parseIso } from '#core/time';

/** What selection reads of an event in CloudTrail's form. */
export interface RecordedEvent {
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly eventType?: string;
  readonly eventCategory: string;
  readonly awsRegion: string;
  readonly readOnly: boolean;
  readonly recipientAccountId: string;
  readonly sessionCredentialFromConsole?: string;
  readonly userIdentity?: { readonly arn?: string };
  readonly resources?: readonly {
    readonly type?: string;
    readonly ARN?: string;
    readonly ARNPrefix?: string;
  }[];
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
}

/** Objects whose data events are wanted: ARNs that theirs begin with. */
export interface DataResource {
  readonly type: string;
  readonly values: readonly string[];
}

/** A basic event selector (CloudTrail API, "EventSelector"). */
export interface Selector {
  readonly readWriteType: 'ReadOnly' | 'WriteOnly' | 'All';
  readonly includeManagementEvents: boolean;
  readonly dataResources: readonly DataResource[];
  readonly excludedSources: readonly string[];
}

/** One condition of an advanced selector; every operator that is there must hold (CloudTrail API, "AdvancedFieldSelector"). */
export interface FieldSelector {
  readonly field: string;
  readonly equals?: readonly string[];
  readonly startsWith?: readonly string[];
  readonly endsWith?: readonly string[];
  readonly notEquals?: readonly string[];
  readonly notStartsWith?: readonly string[];
  readonly notEndsWith?: readonly string[];
}

export interface AdvancedSelector {
  readonly name?: string;
  readonly fields: readonly FieldSelector[];
}

/** What a trail logs: basic or advanced selectors, of which one must select an event. */
export type Selectors =
  | { readonly kind: 'basic'; readonly selectors: readonly Selector[] }
  | { readonly kind: 'advanced'; readonly selectors: readonly AdvancedSelector[] };

/** What a trail logs that nobody has said otherwise of: every management event. */
export const defaultSelectors: Selectors = {
  kind: 'basic',
  selectors: [
    { readWriteType: 'All', includeManagementEvents: true, dataResources: [], excludedSources: [] },
  ],
};

/** Where a trail looks. */
export interface TrailScope {
  readonly account: string;
  readonly homeRegion: string;
  readonly isMultiRegion: boolean;
  readonly includeGlobalServiceEvents: boolean;
}

const globalSources: ReadonlySet<string> = new Set([
  'iam.amazonaws.com',
  'organizations.amazonaws.com',
  'account.amazonaws.com',
]);

/** Whether an event happened where the trail looks (CloudTrail User Guide, "Global service events"). */
export function trailCovers(trail: TrailScope, event: RecordedEvent): boolean {
  if (event.recipientAccountId !== trail.account) return false;
  if (!trail.isMultiRegion && event.awsRegion !== trail.homeRegion) return false;
  return trail.includeGlobalServiceEvents || !isGlobal(event);
}

function isGlobal({ eventSource, additionalEventData }: RecordedEvent): boolean {
  if (globalSources.has(eventSource)) return true;
  const details = additionalEventData?.RequestDetails;
  return (
    eventSource === 'sts.amazonaws.com' &&
    typeof details === 'object' &&
    details !== null &&
    'endpointType' in details &&
    details.endpointType === 'global'
  );
}

/** A trail as far as it says what it logs, and when. */
export interface TrailLogging extends TrailScope {
  /** Every management event when absent. */
  readonly selectors?: Selectors;
  readonly logging: readonly { readonly from: Instant; readonly to?: Instant }[];
}

/** Whether a trail logs an event: covers and selects it, and was logging when it happened. */
export function trailLogs(trail: TrailLogging, event: RecordedEvent): boolean {
  if (!trailCovers(trail, event) || !selectsEvent(trail.selectors ?? defaultSelectors, event)) return false;
  const at = parseIso(event.eventTime) ?? 0;
  // Records have whole seconds: the one in which logging began counts from its beginning.
  return trail.logging.some(({ from, to }) => at >= from - (from % 1000) && (to === undefined || at <= to));
}

/** Whether a trail with these selectors can log data events at all. */
export function selectsDataEvents(selectors: Selectors): boolean {
  return selectors.kind === 'basic'
    ? selectors.selectors.some(({ dataResources }) => dataResources.length > 0)
    : selectors.selectors.some(({ fields }) =>
        fields.some(({ field, equals }) => field === 'eventCategory' && equals?.includes('Data') === true),
      );
}

/** Whether a trail with these selectors logs an event that it covers. */
export function selectsEvent(selectors: Selectors, event: RecordedEvent): boolean {
  return selectors.kind === 'basic'
    ? selectors.selectors.some((selector) => matchBasic(selector, event))
    : selectors.selectors.some(({ fields }) => fields.every((field) => matchField(field, event)));
}

function matchBasic(selector: Selector, event: RecordedEvent): boolean {
  const { readWriteType } = selector;
  if (readWriteType !== 'All' && (readWriteType === 'ReadOnly') !== event.readOnly) return false;
  if (event.eventCategory === 'Management') {
    return selector.includeManagementEvents && !selector.excludedSources.includes(event.eventSource);
  }
  return (event.resources ?? []).some(({ type, ARN: whole, ARNPrefix: arn = whole }) =>
    selector.dataResources.some(
      (wanted) =>
        wanted.type === type &&
        arn !== undefined &&
        wanted.values.some((value) => arn.startsWith(value === 'arn:aws:s3' ? 'arn:aws:s3:::' : value)),
    ),
  );
}

function matchField(selector: FieldSelector, event: RecordedEvent): boolean {
  const values = fieldValues(selector.field, event);
  const any = (operands: readonly string[] | undefined, test: (value: string, one: string) => boolean) =>
    operands === undefined || values.some((value) => operands.some((one) => test(value, one)));
  const none = (operands: readonly string[] | undefined, test: (value: string, one: string) => boolean) =>
    operands === undefined || !values.some((value) => operands.some((one) => test(value, one)));
  return (
    any(selector.equals, (value, one) => value === one) &&
    any(selector.startsWith, (value, one) => value.startsWith(one)) &&
    any(selector.endsWith, (value, one) => value.endsWith(one)) &&
    none(selector.notEquals, (value, one) => value === one) &&
    none(selector.notStartsWith, (value, one) => value.startsWith(one)) &&
    none(selector.notEndsWith, (value, one) => value.endsWith(one))
  );
}

function fieldValues(field: string, event: RecordedEvent): readonly string[] {
  const present = (values: readonly (string | undefined)[]): readonly string[] =>
    values.filter((value) => value !== undefined);
  switch (field) {
    case 'eventCategory':
      return [event.eventCategory];
    case 'eventSource':
      return [event.eventSource];
    case 'eventName':
      return [event.eventName];
    case 'eventType':
      return present([event.eventType]);
    case 'readOnly':
      return [String(event.readOnly)];
    case 'sessionCredentialFromConsole':
      return [event.sessionCredentialFromConsole ?? 'false'];
    case 'userIdentity.arn':
      return present([event.userIdentity?.arn]);
    case 'resources.type':
      return present((event.resources ?? []).map(({ type }) => type));
    case 'resources.ARN':
      return present((event.resources ?? []).map(({ ARN: whole, ARNPrefix: arn = whole }) => arn));
    default:
      return [];
  }
}
