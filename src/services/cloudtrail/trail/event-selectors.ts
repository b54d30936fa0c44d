import {
  type AdvancedSelector,
  defaultSelectors,
  type FieldSelector,
  type Selector,
  type Selectors,
} from '#core/trail';
import { defineOperation } from '#services/operation';
import { type CloudtrailTypes, cloudtrailOperations } from '#wire/model';
import { invalidSelectors } from './faults.ts';
import { aboutTrail, nameTrail, ownTrail, presentTrail } from './find-trail.ts';

const readWriteTypes = ['All', 'ReadOnly', 'WriteOnly'] as const;
const mostSelectors = 5;
const mostDataResources = 250;
const mostFieldValues = 500;

/** Says which events a trail logs, in place of what it logged before (CloudTrail API, "PutEventSelectors"). */
export const putEventSelectors = defineOperation(cloudtrailOperations.PutEventSelectors, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => ({ named: nameTrail(input.TrailName, world), selectors: readSelectors(input) }),
  authorize: (_input, { named }, { state }) => [aboutTrail('PutEventSelectors', named, state)],
  run: async (_input, { named, selectors }, call) =>
    call.identity.write(({ state, put }) => {
      const trail = ownTrail(named, state, call);
      put('trail', { ...trail, selectors });
      return { TrailARN: trail.id, ...writeSelectors(selectors) };
    }),
});

/** Which events a trail logs (CloudTrail API, "GetEventSelectors"). */
export const getEventSelectors = defineOperation(cloudtrailOperations.GetEventSelectors, {
  callers: 'signed',
  effect: 'read',
  load: (input, world) => nameTrail(input.TrailName, world),
  authorize: (_input, named, { state }) => [aboutTrail('GetEventSelectors', named, state)],
  run: (_input, named, { state }) => {
    const trail = presentTrail(named, state);
    return { TrailARN: trail.id, ...writeSelectors(trail.selectors ?? defaultSelectors) };
  },
});

/** Throws InvalidEventSelectorsException. */
function readSelectors(input: CloudtrailTypes.PutEventSelectorsRequest): Selectors {
  const { EventSelectors: basic, AdvancedEventSelectors: advanced } = input;
  if ((basic === undefined) === (advanced === undefined)) {
    throw invalidSelectors('Give either EventSelectors or AdvancedEventSelectors, and not both.');
  }
  return basic === undefined
    ? { kind: 'advanced', selectors: readAdvanced(advanced ?? []) }
    : { kind: 'basic', selectors: readBasic(basic) };
}

function readBasic(given: readonly CloudtrailTypes.EventSelector[]): readonly Selector[] {
  if (given.length === 0 || given.length > mostSelectors) {
    throw invalidSelectors(`A trail has 1 to ${mostSelectors} event selectors.`);
  }
  const selectors = given.map((selector) => ({
    readWriteType: readWriteTypes.find((type) => type === selector.ReadWriteType) ?? 'All',
    includeManagementEvents: selector.IncludeManagementEvents ?? true,
    dataResources: (selector.DataResources ?? []).map(({ Type: type, Values: values }) => {
      if (type !== 'AWS::S3::Object') {
        throw invalidSelectors(
          `Data events of ${type ?? 'no type'} are not logged here; use AWS::S3::Object.`,
        );
      }
      return { type, values: (values ?? []).map(checkObjectArn) };
    }),
    excludedSources: selector.ExcludeManagementEventSources ?? [],
  }));
  const count = selectors.reduce(
    (sum, { dataResources }) => sum + dataResources.reduce((inner, { values }) => inner + values.length, 0),
    0,
  );
  if (count > mostDataResources) {
    throw invalidSelectors(
      `A trail has up to ${mostDataResources} data resources over all its event selectors.`,
    );
  }
  return selectors;
}

function checkObjectArn(value: string): string {
  if (value !== 'arn:aws:s3' && !/^arn:aws:s3:::([^/]+\/.*)?$/.test(value)) {
    throw invalidSelectors(
      `Value ${value} for DataResources.Values is invalid: it is arn:aws:s3, or arn:aws:s3:::BUCKET/ and the beginning of a key.`,
    );
  }
  return value;
}

type OperatorName = 'Equals' | 'StartsWith' | 'EndsWith' | 'NotEquals' | 'NotStartsWith' | 'NotEndsWith';

const operators: readonly (readonly [wire: OperatorName, own: Exclude<keyof FieldSelector, 'field'>])[] = [
  ['Equals', 'equals'],
  ['StartsWith', 'startsWith'],
  ['EndsWith', 'endsWith'],
  ['NotEquals', 'notEquals'],
  ['NotStartsWith', 'notStartsWith'],
  ['NotEndsWith', 'notEndsWith'],
];

/** The fields of each category (CloudTrail API, "AdvancedFieldSelector"). */
const fieldsOf: Readonly<Record<string, ReadonlySet<string>>> = {
  Management: new Set([
    'eventCategory',
    'readOnly',
    'eventSource',
    'eventName',
    'eventType',
    'sessionCredentialFromConsole',
    'userIdentity.arn',
  ]),
  Data: new Set([
    'eventCategory',
    'readOnly',
    'eventSource',
    'eventName',
    'eventType',
    'sessionCredentialFromConsole',
    'userIdentity.arn',
    'resources.type',
    'resources.ARN',
  ]),
};

function readAdvanced(given: readonly CloudtrailTypes.AdvancedEventSelector[]): readonly AdvancedSelector[] {
  if (given.length === 0) throw invalidSelectors('A trail has one advanced event selector at least.');
  const selectors = given.map((selector) => ({
    ...(selector.Name === undefined ? {} : { name: selector.Name }),
    fields: selector.FieldSelectors.map(readField),
  }));
  for (const { fields } of selectors) checkFields(fields);
  const count = selectors.flatMap(({ fields }) =>
    fields.flatMap((field) => operators.flatMap(([, own]) => field[own] ?? [])),
  ).length;
  if (count > mostFieldValues) {
    throw invalidSelectors(
      `A trail has up to ${mostFieldValues} values over all its advanced event selectors.`,
    );
  }
  return selectors;
}

function readField(given: CloudtrailTypes.AdvancedFieldSelector): FieldSelector {
  const values = Object.fromEntries(
    operators.flatMap(([wire, own]) => (given[wire] === undefined ? [] : [[own, given[wire]]])),
  );
  if (Object.keys(values).length === 0) {
    throw invalidSelectors(`The field selector of ${given.Field} has no operator.`);
  }
  return { field: given.Field, ...values };
}

function checkFields(fields: readonly FieldSelector[]): void {
  const names = fields.map(({ field }) => field);
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) {
    throw invalidSelectors(`The field ${doubled} comes twice in one advanced event selector.`);
  }
  const equalsOf = (name: string): readonly string[] | undefined =>
    fields.find(({ field }) => field === name)?.equals;
  const category = equalsOf('eventCategory');
  const allowed = category?.length === 1 ? fieldsOf[category[0] ?? ''] : undefined;
  if (category === undefined || allowed === undefined) {
    throw invalidSelectors(
      'Each advanced event selector needs the field eventCategory, equal to Management or Data.',
    );
  }
  const foreign = names.find((name) => !allowed.has(name));
  if (foreign !== undefined) {
    throw invalidSelectors(`The field ${foreign} cannot be used for ${category[0]} events.`);
  }
  const types = equalsOf('resources.type');
  if (category[0] === 'Data' && (types?.length !== 1 || types[0] !== 'AWS::S3::Object')) {
    throw invalidSelectors(
      'An advanced event selector of data events needs the field resources.type, equal to AWS::S3::Object.',
    );
  }
}

function writeSelectors(
  selectors: Selectors,
): Pick<CloudtrailTypes.GetEventSelectorsResponse, 'EventSelectors' | 'AdvancedEventSelectors'> {
  if (selectors.kind === 'advanced') {
    return {
      AdvancedEventSelectors: selectors.selectors.map(({ name, fields }) => ({
        ...(name === undefined ? {} : { Name: name }),
        FieldSelectors: fields.map((field) => ({
          Field: field.field,
          ...Object.fromEntries(
            operators.flatMap(([wire, own]) => (field[own] === undefined ? [] : [[wire, field[own]]])),
          ),
        })),
      })),
    };
  }
  return {
    EventSelectors: selectors.selectors.map((selector) => ({
      ReadWriteType: selector.readWriteType,
      IncludeManagementEvents: selector.includeManagementEvents,
      DataResources: selector.dataResources.map(({ type, values }) => ({ Type: type, Values: values })),
      ExcludeManagementEventSources: selector.excludedSources,
    })),
  };
}
