import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run } from '../imds-fixture.ts';
import {
  loginArguments,
  type People,
  password,
  roleArn,
  roleSessionArn,
  startPeople,
  userArn,
} from '../people-processes.ts';

let directory = '';
let people: People;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'brevet-boto3-people-'));
  people = await startPeople(directory);
  await people.run(loginArguments, `${password}\n`);
  await people.run(['configure', '--profile', 'ada']);
  await people.run(['configure', '--profile', 'deploy', '--role', roleArn]);
});
after(async () => {
  await people.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Says who it is, and again once what it holds counts as over: then boto3 must have run the process anew. */
const script = `
import boto3, datetime
session = boto3.Session()
print(session.client("sts").get_caller_identity()["Arn"])
held = session.get_credentials()
assert held.method == "custom-process", held.method
held._expiry_time = datetime.datetime.now(datetime.timezone.utc)
print(session.client("sts").get_caller_identity()["Arn"])
assert held._expiry_time > datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=7)
`;

describe('boto3 with a profile of brevet configure and nothing else', () => {
  for (const [profile, arn] of [
    ['ada', userArn],
    ['deploy', roleSessionArn],
  ] as const) {
    test(`is ${profile}, also past the end of what it holds`, async () => {
      const { AWS_ENDPOINT_URL: _, ...environment } = people.environment;
      await people.age();
      const printed = await run('python3', ['-c', script], { ...environment, AWS_PROFILE: profile });
      assert.equal(printed, `${arn}\n${arn}\n`);
    });
  }
});

const refused = `
import boto3, botocore
from botocore.config import Config
client = boto3.client("signin", config=Config(signature_version=botocore.UNSIGNED), region_name="us-east-1")
given = dict(clientId="arn:aws:signin:::devtools/same-device", grantType="refresh_token", refreshToken="none")
try:
    client.create_o_auth2_token(tokenInput=given)
except client.exceptions.ValidationException as error:
    print(error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["error"], error.response["message"])
`;

test('boto3 reads a refusal of the token endpoint as an error of the service model', async () => {
  const printed = await run('python3', ['-c', refused], people.environment);
  assert.equal(printed, '400 INVALID_REQUEST The request needs one DPoP header.\n');
});
