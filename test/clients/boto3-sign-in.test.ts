import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { run } from '../imds-fixture.ts';
import { account, type SignInFixture, startSignIn } from '../sign-in-fixture.ts';

let signIn: SignInFixture;

before(async () => {
  signIn = await startSignIn();
});
after(() => signIn.service.stop());

/** What a broker in Python does: a role's credentials, a sign-in token, a link; and then what a browser does that follows it. */
const broker = `
import boto3, http.cookiejar, json, sys, urllib.parse, urllib.request
endpoint, role = sys.argv[1:]
held = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"]
session = {"sessionId": held["AccessKeyId"], "sessionKey": held["SecretAccessKey"], "sessionToken": held["SessionToken"]}
asked = {"Action": "getSigninToken", "SessionDuration": "1800", "Session": json.dumps(session)}
answer = urllib.request.urlopen(endpoint + "/federation?" + urllib.parse.urlencode(asked))
token = json.loads(answer.read())["SigninToken"]
login = {"Action": "login", "Issuer": "https://broker.example.com", "Destination": endpoint + "/console", "SigninToken": token}
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
page = browser.open(endpoint + "/federation?" + urllib.parse.urlencode(login))
print(page.geturl())
print(page.read().decode())
`;

test('a broker in Python with boto3 and urllib signs a browser in', async () => {
  const { endpoint } = signIn.service;
  const printed = await run(
    'python3',
    ['-c', broker, endpoint, signIn.roleArn],
    {
      PATH: process.env.PATH ?? '',
      AWS_ENDPOINT_URL: endpoint,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: signIn.broker.accessKeyId,
      AWS_SECRET_ACCESS_KEY: signIn.broker.secretAccessKey,
    },
    signIn.service.dataDirectory,
  );
  assert.ok(printed.startsWith(`${endpoint}/console\n`));
  assert.ok(printed.includes(`<dd>arn:aws:sts::${account}:assumed-role/analyst/ada</dd>`));
});
