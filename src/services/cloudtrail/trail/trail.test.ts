import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { CloudtrailTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { cloudtrail } from '../index.ts';

const account = '111122223333';
const arn = `arn:aws:cloudtrail:us-east-1:${account}:trail/main`;
const minimal = { Name: 'main', S3BucketName: 'logs-of-main' };
let fixture: ServiceFixture;

before(async () => {
  fixture = await openServiceFixture();
  await fixture.call(cloudtrail.CreateTrail, minimal);
});

async function create(input: object): Promise<CloudtrailTypes.CreateTrailResponse> {
  return fixture.call(cloudtrail.CreateTrail, { ...minimal, ...input });
}

describe('a trail that is created', () => {
  test('answers with what it was given and with what AWS gives by itself', async () => {
    assert.deepEqual(await create({ Name: 'second', S3KeyPrefix: 'a/b', EnableLogFileValidation: true }), {
      Name: 'second',
      S3BucketName: 'logs-of-main',
      S3KeyPrefix: 'a/b',
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: false,
      TrailARN: `arn:aws:cloudtrail:us-east-1:${account}:trail/second`,
      LogFileValidationEnabled: true,
      IsOrganizationTrail: false,
    });
  });

  const badNames: readonly (readonly [name: string, message: string])[] = [
    [
      'a b c',
      'Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).',
    ],
    [
      'ab',
      'Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.',
    ],
    [
      'a'.repeat(129),
      'Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters.',
    ],
    ['-abc', 'Trail name must starts with a letter or number.'],
    ['abc-', 'Trail name must ends with a letter or number.'],
    [
      'a.-b',
      'Trail name must not have adjacent periods (.), hyphens (-), or underscores (_), or a mix of them.',
    ],
    ['192.168.5.4', 'Trail name must not be in the format of an IP address.'],
  ];
  for (const [name, message] of badNames) {
    test(`is not named ${name.slice(0, 20)}`, async () => {
      await assert.rejects(create({ Name: name }), isFault('InvalidTrailNameException', message));
    });
  }

  for (const bucket of ['ab', 'Upper', 'a..b', '-ab', '10.0.0.1', 'a/b', '../etc']) {
    test(`has no bucket named ${bucket}`, async () => {
      await assert.rejects(
        create({ Name: 'third', S3BucketName: bucket }),
        isFault('InvalidS3BucketNameException', `Bucket name ${bucket} is not a valid S3 bucket name.`),
      );
    });
  }

  for (const prefix of ['a//b', '/a', 'a/', '../x', 'a/./b', 'a b', 'a\\b', 'ä']) {
    test(`has no prefix ${prefix}`, async () => {
      await assert.rejects(
        create({ Name: 'third', S3KeyPrefix: prefix }),
        isFault(
          'InvalidS3PrefixException',
          `S3 key prefix ${prefix} may hold letters, digits and !-_.*'() in parts between single slashes.`,
        ),
      );
    });
  }

  test('has no prefix of more than 200 characters', async () => {
    await assert.rejects(
      create({ Name: 'third', S3KeyPrefix: 'a'.repeat(201) }),
      isFault(
        'InvalidS3PrefixException',
        'S3 key prefix too long. Maximum allowed length: 200 characters. Specified prefix length: 201 characters.',
      ),
    );
  });

  const refused: readonly (readonly [input: object, what: string])[] = [
    [{ SnsTopicName: 'topic' }, 'notifications to SNS topics'],
    [{ CloudWatchLogsLogGroupArn: 'arn:aws:logs:::x' }, 'delivery to CloudWatch Logs'],
    [{ CloudWatchLogsRoleArn: 'arn:aws:iam:::x' }, 'delivery to CloudWatch Logs'],
    [{ KmsKeyId: 'alias/x' }, 'encryption with KMS keys'],
    [{ IsOrganizationTrail: true }, 'trails of an organization'],
  ];
  for (const [input, what] of refused) {
    test(`is refused when it wants ${what} (${Object.keys(input)[0]})`, async () => {
      await assert.rejects(
        create({ Name: 'third', ...input }),
        isFault('UnsupportedOperationException', `Brevet does not support ${what}.`),
      );
    });
  }

  test('cannot log every Region without the global services', async () => {
    await assert.rejects(
      create({ Name: 'third', IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false }),
      isFault(
        'InvalidParameterCombinationException',
        'Multi-Region trail must include global service events.',
      ),
    );
  });

  test('has a name of its own in its Region, and in all when it logs all', async () => {
    const taken = isFault(
      'TrailAlreadyExistsException',
      `Trail main already exists for customer: ${account}`,
    );
    await assert.rejects(create({}), taken);
    fixture.region = 'eu-west-1';
    await assert.rejects(create({ IsMultiRegionTrail: true }), taken);
    fixture.region = 'us-east-1';
  });

  test('is one of five in its Region', async () => {
    const other = await openServiceFixture();
    for (let index = 0; index < 5; index++)
      await other.call(cloudtrail.CreateTrail, { ...minimal, Name: `trail${index}` });
    await assert.rejects(
      other.call(cloudtrail.CreateTrail, minimal),
      isFault(
        'MaximumNumberOfTrailsExceededException',
        `User: ${account} already has 5 trails in us-east-1.`,
      ),
    );
    other.region = 'eu-west-1';
    await other.call(cloudtrail.CreateTrail, minimal);
  });
});

describe('who may touch a trail', () => {
  test('is asked of policy by its ARN, in the account that the ARN names', () => {
    const theirs = 'arn:aws:cloudtrail:eu-west-1:444455556666:trail/theirs';
    assert.deepEqual(fixture.questions(cloudtrail.StopLogging, { Name: theirs }), [
      { action: 'cloudtrail:StopLogging', resource: theirs, resourceAccount: '444455556666' },
    ]);
    assert.deepEqual(fixture.questions(cloudtrail.GetTrail, { Name: 'main' }), [
      { action: 'cloudtrail:GetTrail', resource: arn, resourceAccount: account, resourceTags: [] },
    ]);
  });

  test('is asked twice when it is created with tags', () => {
    const questions = fixture.questions(cloudtrail.CreateTrail, {
      ...minimal,
      TagsList: [{ Key: 'team', Value: 'red' }],
    });
    assert.deepEqual(
      questions.map(({ action, context }) => [action, context]),
      ['cloudtrail:CreateTrail', 'cloudtrail:AddTags'].map((action) => [
        action,
        { 'aws:RequestTag/team': 'red', 'aws:TagKeys': ['team'] },
      ]),
    );
  });
});

describe('a trail that is there', () => {
  test('is found by name in its Region, and everywhere when it logs everywhere', async () => {
    const own = await openServiceFixture();
    await own.call(cloudtrail.CreateTrail, minimal);
    await own.call(cloudtrail.CreateTrail, { ...minimal, Name: 'everywhere', IsMultiRegionTrail: true });
    const describe = async (input: object): Promise<readonly (string | undefined)[]> => {
      const answer: CloudtrailTypes.DescribeTrailsResponse = await own.call(cloudtrail.DescribeTrails, input);
      return (answer.trailList ?? []).map(({ Name }) => Name);
    };
    assert.deepEqual(await describe({}), ['everywhere', 'main']);
    own.region = 'eu-west-1';
    assert.deepEqual(await describe({}), ['everywhere']);
    assert.deepEqual(await describe({ includeShadowTrails: false }), []);
    assert.deepEqual(await describe({ trailNameList: ['main'] }), []);
    assert.deepEqual(await describe({ trailNameList: [arn] }), ['main']);
    await assert.rejects(
      own.call(cloudtrail.GetTrail, { Name: 'main' }),
      isFault('TrailNotFoundException', `Unknown trail: main for the user: ${account}`),
    );
    const { Trail }: CloudtrailTypes.GetTrailResponse = await own.call(cloudtrail.GetTrail, {
      Name: 'everywhere',
    });
    assert.equal(Trail?.HomeRegion, 'us-east-1');
    const listed: CloudtrailTypes.ListTrailsResponse = await own.call(cloudtrail.ListTrails, {});
    assert.deepEqual(
      listed.Trails?.map(({ Name, HomeRegion }) => [Name, HomeRegion]),
      [
        ['everywhere', 'us-east-1'],
        ['main', 'us-east-1'],
      ],
    );
  });

  test('is changed in its home Region only', async () => {
    fixture.region = 'eu-west-1';
    for (const operation of [cloudtrail.UpdateTrail, cloudtrail.DeleteTrail, cloudtrail.StartLogging]) {
      await assert.rejects(
        fixture.call(operation, { Name: arn }),
        isFault(
          'InvalidHomeRegionException',
          `The trail ${arn} can be changed only in its home Region, us-east-1.`,
        ),
      );
    }
    fixture.region = 'us-east-1';
  });

  test('keeps what an update leaves out, and drops an emptied prefix', async () => {
    const own = await openServiceFixture();
    await own.call(cloudtrail.CreateTrail, { ...minimal, S3KeyPrefix: 'p', EnableLogFileValidation: true });
    const first: CloudtrailTypes.UpdateTrailResponse = await own.call(cloudtrail.UpdateTrail, {
      Name: 'main',
      S3BucketName: 'another-bucket',
    });
    assert.deepEqual(
      [first.S3BucketName, first.S3KeyPrefix, first.LogFileValidationEnabled],
      ['another-bucket', 'p', true],
    );
    const second: CloudtrailTypes.UpdateTrailResponse = await own.call(cloudtrail.UpdateTrail, {
      Name: 'main',
      S3KeyPrefix: '',
    });
    assert.equal(second.S3KeyPrefix, undefined);
  });

  test('is not one when its ARN is another thing', async () => {
    for (const given of ['arn:aws:cloudtrail:us-east-1:1:trail/main', 'arn:aws:s3:::main']) {
      await assert.rejects(
        fixture.call(cloudtrail.GetTrail, { Name: given }),
        isFault(
          'CloudTrailARNInvalidException',
          `The ARN ${given} is not the ARN of a trail: arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME.`,
        ),
      );
    }
  });

  test('logs from StartLogging to StopLogging, and each is without effect the second time', async () => {
    const own = await openServiceFixture();
    await own.call(cloudtrail.CreateTrail, minimal);
    const status = async (): Promise<readonly unknown[]> => {
      const answer: CloudtrailTypes.GetTrailStatusResponse = await own.call(cloudtrail.GetTrailStatus, {
        Name: 'main',
      });
      return [answer.IsLogging, answer.TimeLoggingStarted, answer.TimeLoggingStopped];
    };
    assert.deepEqual(await status(), [false, '', '']);
    await own.call(cloudtrail.StartLogging, { Name: 'main' });
    own.now += 60_000;
    await own.call(cloudtrail.StartLogging, { Name: 'main' });
    assert.deepEqual(await status(), [true, '2026-01-02T03:04:05Z', '']);
    await own.call(cloudtrail.StopLogging, { Name: 'main' });
    own.now += 60_000;
    await own.call(cloudtrail.StopLogging, { Name: 'main' });
    assert.deepEqual(await status(), [false, '2026-01-02T03:04:05Z', '2026-01-02T03:05:05Z']);
  });

  test('is gone once it is deleted, and delivery knows what it has logged', async () => {
    const own = await openServiceFixture();
    await own.call(cloudtrail.CreateTrail, minimal);
    await own.call(cloudtrail.StartLogging, { Name: 'main' });
    await own.call(cloudtrail.DeleteTrail, { Name: 'main' });
    await assert.rejects(
      own.call(cloudtrail.DeleteTrail, { Name: 'main' }),
      isFault('TrailNotFoundException', `Unknown trail: main for the user: ${account}`),
    );
    const [ended] = own.identity.state.all('ended-trail').values();
    assert.deepEqual(ended?.trail.logging, [{ from: own.now, to: own.now }]);
  });
});

describe('the tags of a trail', () => {
  test('are put, replaced, listed and taken off', async () => {
    const own = await openServiceFixture();
    await own.call(cloudtrail.CreateTrail, { ...minimal, TagsList: [{ Key: 'a', Value: '1' }] });
    await own.call(cloudtrail.AddTags, {
      ResourceId: arn,
      TagsList: [{ Key: 'a', Value: '2' }, { Key: 'b' }],
    });
    await own.call(cloudtrail.RemoveTags, { ResourceId: arn, TagsList: [{ Key: 'c' }, { Key: 'b' }] });
    assert.deepEqual(await own.call(cloudtrail.ListTags, { ResourceIdList: [arn] }), {
      ResourceTagList: [{ ResourceId: arn, TagsList: [{ Key: 'a', Value: '2' }] }],
    });
  });

  test('are refused twice, as AWS own, in too great a number, and on what is not there', async () => {
    const add = (tags: readonly object[], id = arn): Promise<never> =>
      fixture.call(cloudtrail.AddTags, { ResourceId: id, TagsList: tags });
    await assert.rejects(
      add([{ Key: 'a' }, { Key: 'a' }]),
      isFault('InvalidTagParameterException', 'Tag keys must be unique.'),
    );
    await assert.rejects(
      add([{ Key: 'AWS:a' }]),
      isFault('InvalidTagParameterException', 'Tag keys must not begin with aws:.'),
    );
    await assert.rejects(
      add(Array.from({ length: 51 }, (_, index) => ({ Key: `key${index}` }))),
      isFault('TagsLimitExceededException', 'A trail can have up to 50 tags.'),
    );
    await assert.rejects(
      add([{ Key: 'a' }], `${arn}-absent`),
      isFault('ResourceNotFoundException', `Resource ${arn}-absent was not found.`),
    );
    await assert.rejects(
      add([{ Key: 'a' }], 'main'),
      isFault(
        'CloudTrailARNInvalidException',
        'The ARN main is not the ARN of a trail: arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME.',
      ),
    );
  });
});

describe('the event selectors of a trail', () => {
  test('are all management events unless somebody says otherwise', async () => {
    assert.deepEqual(await fixture.call(cloudtrail.GetEventSelectors, { TrailName: 'main' }), {
      TrailARN: arn,
      EventSelectors: [
        {
          ReadWriteType: 'All',
          IncludeManagementEvents: true,
          DataResources: [],
          ExcludeManagementEventSources: [],
        },
      ],
    });
  });

  test('come back as they were put, basic or advanced, and show on the trail', async () => {
    const own = await openServiceFixture();
    await own.call(cloudtrail.CreateTrail, minimal);
    const basic = [
      {
        ReadWriteType: 'WriteOnly',
        IncludeManagementEvents: false,
        DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3', 'arn:aws:s3:::b/p'] }],
        ExcludeManagementEventSources: ['kms.amazonaws.com'],
      },
    ];
    const advanced = [
      {
        Name: 'objects',
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::b/'], NotEndsWith: ['.tmp'] },
        ],
      },
    ];
    await own.call(cloudtrail.PutEventSelectors, { TrailName: 'main', EventSelectors: basic });
    assert.deepEqual(await own.call(cloudtrail.GetEventSelectors, { TrailName: 'main' }), {
      TrailARN: arn,
      EventSelectors: basic,
    });
    await own.call(cloudtrail.PutEventSelectors, { TrailName: 'main', AdvancedEventSelectors: advanced });
    assert.deepEqual(await own.call(cloudtrail.GetEventSelectors, { TrailName: 'main' }), {
      TrailARN: arn,
      AdvancedEventSelectors: advanced,
    });
    const { Trail }: CloudtrailTypes.GetTrailResponse = await own.call(cloudtrail.GetTrail, { Name: 'main' });
    assert.equal(Trail?.HasCustomEventSelectors, true);
  });

  const management = { Field: 'eventCategory', Equals: ['Management'] };
  const data = { Field: 'eventCategory', Equals: ['Data'] };
  const advanced = (...fields: object[]): object => ({
    AdvancedEventSelectors: [{ FieldSelectors: fields }],
  });
  const wrong: readonly (readonly [title: string, input: object, message: string])[] = [
    ['neither kind', {}, 'Give either EventSelectors or AdvancedEventSelectors, and not both.'],
    [
      'both kinds',
      { EventSelectors: [{}], ...advanced(management) },
      'Give either EventSelectors or AdvancedEventSelectors, and not both.',
    ],
    ['none', { EventSelectors: [] }, 'A trail has 1 to 5 event selectors.'],
    ['six', { EventSelectors: Array(6).fill({}) }, 'A trail has 1 to 5 event selectors.'],
    [
      'another type',
      { EventSelectors: [{ DataResources: [{ Type: 'AWS::Lambda::Function' }] }] },
      'Data events of AWS::Lambda::Function are not logged here; use AWS::S3::Object.',
    ],
    [
      'a bucket without a slash',
      { EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::b'] }] }] },
      'Value arn:aws:s3:::b for DataResources.Values is invalid: it is arn:aws:s3, or arn:aws:s3:::BUCKET/ and the beginning of a key.',
    ],
    [
      'too many objects',
      {
        EventSelectors: [
          { DataResources: [{ Type: 'AWS::S3::Object', Values: Array(251).fill('arn:aws:s3:::b/') }] },
        ],
      },
      'A trail has up to 250 data resources over all its event selectors.',
    ],
    ['no advanced one', { AdvancedEventSelectors: [] }, 'A trail has one advanced event selector at least.'],
    [
      'no category',
      advanced({ Field: 'readOnly', Equals: ['true'] }),
      'Each advanced event selector needs the field eventCategory, equal to Management or Data.',
    ],
    [
      'a category of another kind',
      advanced({ Field: 'eventCategory', Equals: ['NetworkActivity'] }),
      'Each advanced event selector needs the field eventCategory, equal to Management or Data.',
    ],
    [
      'a field twice',
      advanced(management, management),
      'The field eventCategory comes twice in one advanced event selector.',
    ],
    [
      'a field of objects for management events',
      advanced(management, { Field: 'resources.ARN', Equals: ['x'] }),
      'The field resources.ARN cannot be used for Management events.',
    ],
    [
      'a field without operator',
      advanced({ Field: 'readOnly' }),
      'The field selector of readOnly has no operator.',
    ],
    [
      'data events of no type',
      advanced(data),
      'An advanced event selector of data events needs the field resources.type, equal to AWS::S3::Object.',
    ],
    [
      'too many values',
      advanced(management, { Field: 'eventName', Equals: Array(500).fill('x') }),
      'A trail has up to 500 values over all its advanced event selectors.',
    ],
  ];
  for (const [title, input, message] of wrong) {
    test(`are refused: ${title}`, async () => {
      await assert.rejects(
        fixture.call(cloudtrail.PutEventSelectors, { TrailName: 'main', ...input }),
        isFault('InvalidEventSelectorsException', message),
      );
    });
  }
});

describe('the public keys of digests', () => {
  test('are those of the account and Region that were good at some time between the two', async () => {
    const own = await openServiceFixture();
    const key = {
      id: 'f'.repeat(32),
      account: own.account.id,
      region: 'us-east-1',
      publicKey: Buffer.from('key').toString('base64'),
      validFrom: 1000_000,
      validUntil: 2000_000,
    };
    await own.identity.write(({ put }) => put('digest-key', key));
    const fingerprints = async (input: object): Promise<readonly (string | undefined)[]> => {
      const answer: CloudtrailTypes.ListPublicKeysResponse = await own.call(cloudtrail.ListPublicKeys, input);
      return (answer.PublicKeyList ?? []).map(({ Fingerprint }) => Fingerprint);
    };
    assert.deepEqual(await fingerprints({ StartTime: 2000_000, EndTime: 3000_000 }), [key.id]);
    assert.deepEqual(await fingerprints({ StartTime: 0, EndTime: 1000_000 }), [key.id]);
    assert.deepEqual(await fingerprints({ StartTime: 2000_001 }), []);
    assert.deepEqual(await fingerprints({ EndTime: 999_999 }), []);
    own.region = 'eu-west-1';
    assert.deepEqual(await fingerprints({ StartTime: 0, EndTime: 3000_000 }), []);
    await assert.rejects(
      own.call(cloudtrail.ListPublicKeys, { StartTime: 2, EndTime: 1 }),
      isFault('InvalidTimeRangeException', 'StartTime must not be after EndTime.'),
    );
  });
});
