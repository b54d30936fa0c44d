import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateRoleCommand, DeleteAccessKeyCommand, DeleteRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { account, type SignInFixture, sessionText, startSignIn, textOf } from '../../sign-in-fixture.ts';
import { credentialsOf } from '../../started-service.ts';

let signIn: SignInFixture;
const start = Date.UTC(2026, 10, 24, 12, 0, 0);

before(async () => {
  signIn = await startSignIn();
  signIn.service.stoppedAt = start;
});
after(() => signIn.service.stop());
afterEach(() => {
  signIn.service.stoppedAt = start;
});

function later(seconds: number): void {
  signIn.service.stoppedAt = start + seconds * 1000;
}

describe('a browser that is signed in', () => {
  test('from AssumeRole to the page that says who one is', async () => {
    const session = await signIn.assumeRole({ SourceIdentity: 'ada@example.com' });
    const answer = await signIn.federation({
      Action: 'getSigninToken',
      Session: sessionText(session),
      SessionType: 'json',
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const { SigninToken, ...rest } = JSON.parse(answer.body) as { SigninToken: string };
    assert.deepEqual(rest, {});
    assert.match(SigninToken, /^[A-Za-z0-9_-]{100,600}$/);

    const redirect = await signIn.login(SigninToken);
    assert.equal(redirect.status, 302);
    assert.equal(redirect.headers.get('location'), '/console');
    assert.equal(redirect.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(redirect.headers.get('cache-control'), 'no-store');
    assert.match(
      redirect.headers.get('set-cookie') ?? '',
      /^brevet-sign-in=[A-Za-z0-9_-]{100,600}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/,
    );

    const page = await signIn.console(redirect.headers.get('set-cookie')?.split(';')[0]);
    assert.equal(page.status, 200);
    assert.equal(
      textOf(page),
      `Signed in - Brevet Signed in ARN arn:aws:sts::${account}:assumed-role/analyst/ada Account ${account} Session name ada Source identity ada@example.com Signed in until 2026-11-24T13:00:00Z Sign out`,
    );
  });

  test('is shown a page that runs nothing, loads nothing and is framed by nobody', async () => {
    const page = await signIn.console(await signIn.cookie(await signIn.assumeRole()));
    assert.match(
      page.headers.get('content-security-policy') ?? '',
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    assert.equal(page.headers.get('x-frame-options'), 'DENY');
    assert.equal(page.headers.get('cache-control'), 'no-store');
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assert.doesNotMatch(page.body, /<script|javascript:|\son[a-z]+=/i);
  });

  test('GetFederationToken gives a federated user for as long as its credentials live', async () => {
    const redirect = await signIn.login(await signIn.signinToken(await signIn.getFederationToken()));
    assert.match(redirect.headers.get('set-cookie') ?? '', /; Max-Age=7200;/);
    const page = await signIn.console(redirect.headers.get('set-cookie')?.split(';')[0]);
    assert.match(
      textOf(page),
      new RegExp(`ARN arn:aws:sts::${account}:federated-user/bea Account ${account} Federated user bea`),
    );
  });

  test('parameters may come in a form as well', async () => {
    const session = await signIn.assumeRole();
    const answer = await signIn.federation({}, { Action: 'getSigninToken', Session: sessionText(session) });
    const { SigninToken } = JSON.parse(answer.body) as { SigninToken: string };
    const redirect = await signIn.federation(
      { Action: 'login' },
      { Destination: '/console/home?region=eu-west-1#here', SigninToken },
    );
    assert.equal(redirect.status, 302);
    assert.equal(redirect.headers.get('location'), '/console/home?region=eu-west-1#here');
  });

  test('stays for SessionDuration, also beyond the credentials', async () => {
    const session = await signIn.assumeRole({ DurationSeconds: 900 });
    const redirect = await signIn.login(await signIn.signinToken(session, { SessionDuration: '43200' }));
    assert.match(redirect.headers.get('set-cookie') ?? '', /; Max-Age=43200;/);
    const cookie = redirect.headers.get('set-cookie')?.split(';')[0];
    later(43_199);
    assert.equal((await signIn.console(cookie)).status, 200);
    later(43_200);
    assert.equal((await signIn.console(cookie)).status, 403);
  });

  test('is signed out when the credentials end', async () => {
    const cookie = await signIn.cookie(await signIn.assumeRole());
    later(3599);
    assert.equal((await signIn.console(cookie)).status, 200);
    later(3600);
    const page = await signIn.console(cookie);
    assert.equal(page.status, 403);
    assert.equal(textOf(page), 'Not signed in - Brevet Not signed in Sign in through your organization.');
  });

  test('is signed out when the session is ended, at the next request', async () => {
    const session = await signIn.assumeRole();
    const cookie = await signIn.cookie(session);
    const token = await signIn.signinToken(session);
    await signIn.service
      .iam(signIn.service.root)
      .send(new DeleteAccessKeyCommand({ AccessKeyId: session.accessKeyId }));
    assert.equal((await signIn.console(cookie)).status, 403);
    const redirect = await signIn.login(token);
    assert.equal(redirect.status, 400);
    assert.equal(redirect.headers.get('set-cookie'), null);
  });
});

describe('the sign-in token', () => {
  test('is good for fifteen minutes, and within them as often as it is used', async () => {
    const token = await signIn.signinToken(await signIn.assumeRole());
    later(899);
    assert.equal((await signIn.login(token)).status, 302);
    assert.equal((await signIn.login(token)).status, 302);
    later(900);
    const late = await signIn.login(token);
    assert.equal(late.status, 400);
    assert.equal(
      textOf(late),
      'Sign-in failed - Brevet Sign-in failed The sign-in token is not valid, or not any more.',
    );
    assert.equal(late.headers.get('set-cookie'), null);
  });

  test('does not outlive the session it is for', async () => {
    const session = await signIn.assumeRole({ DurationSeconds: 900 });
    later(600);
    const token = await signIn.signinToken(session, { SessionDuration: '3600' });
    later(899);
    assert.equal((await signIn.login(token)).status, 302);
    later(900);
    assert.equal((await signIn.login(token)).status, 400);
  });
});

describe('signing out', () => {
  const signOut = (cookie: string, headers: Record<string, string> = {}) =>
    signIn.request('/federation', {
      method: 'POST',
      headers: { cookie, ...headers },
      body: new URLSearchParams({ Action: 'logout' }),
    });

  test('takes the cookie away and ends it, with the token it came from', async () => {
    const token = await signIn.signinToken(await signIn.assumeRole());
    const cookieOf = async (): Promise<string> =>
      (await signIn.login(token)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const [cookie, other] = [await cookieOf(), await cookieOf()];
    const answer = await signOut(cookie, {
      origin: signIn.service.endpoint,
      'sec-fetch-site': 'same-origin',
    });
    assert.equal(answer.status, 200);
    assert.equal(textOf(answer), 'Signed out - Brevet Signed out You are signed out.');
    assert.equal(
      answer.headers.get('set-cookie'),
      'brevet-sign-in=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    );
    assert.equal((await signIn.console(cookie)).status, 403);
    assert.equal((await signIn.console(other)).status, 403);
    assert.equal((await signIn.login(token)).status, 400);
  });

  test('holds until no cookie of the token can be good any more', async () => {
    const token = await signIn.signinToken(await signIn.assumeRole(), { SessionDuration: '900' });
    const cookieOf = async (): Promise<string> =>
      (await signIn.login(token)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const first = await cookieOf();
    later(890);
    const second = await cookieOf();
    assert.equal((await signOut(first)).status, 200);
    later(1000);
    const another = await signIn.cookie(await signIn.assumeRole());
    assert.equal((await signOut(another)).status, 200);
    assert.equal((await signIn.console(second)).status, 403);
  });

  test('is not done for the page of another site', async () => {
    const cookie = await signIn.cookie(await signIn.assumeRole());
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: signIn.service.endpoint },
      { origin: 'https://evil.example.com' },
      { origin: 'null' },
    ]) {
      const answer = await signOut(cookie, headers as Record<string, string>);
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.get('set-cookie'), null);
      assert.match(textOf(answer), /A page of another site asked to sign you out\./);
    }
    assert.equal((await signIn.console(cookie)).status, 200);
  });

  test('by a link of one’s own works, and without a cookie as well', async () => {
    const cookie = await signIn.cookie(await signIn.assumeRole());
    const answer = await signIn.request('/federation?Action=logout', {
      headers: { cookie, 'sec-fetch-site': 'none' },
    });
    assert.equal(answer.status, 200);
    assert.equal((await signIn.console(cookie)).status, 403);
    assert.equal((await signIn.request('/federation?Action=logout')).status, 200);
  });
});

describe('who is refused', () => {
  const refusal = async (session: Parameters<typeof sessionText>[0], more: Record<string, string> = {}) => {
    const answer = await signIn.federation({
      Action: 'getSigninToken',
      Session: sessionText(session),
      ...more,
    });
    assert.equal(answer.status, 400);
    return textOf(answer).replace('Sign-in failed - Brevet Sign-in failed ', '');
  };

  test('GetSessionToken credentials, of a user and of root', async () => {
    const words =
      'Only the credentials of AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity and GetFederationToken can be signed in with.';
    for (const owner of [signIn.broker, signIn.service.root]) {
      const session = credentialsOf(await signIn.service.sts(owner).send(new GetSessionTokenCommand({})));
      assert.equal(await refusal(session), words);
    }
  });

  test('GetFederationToken credentials with a SessionDuration', async () => {
    assert.equal(
      await refusal(await signIn.getFederationToken(), { SessionDuration: '3600' }),
      'SessionDuration cannot be used with credentials of GetFederationToken.',
    );
  });

  test('credentials from role chaining with a SessionDuration over an hour', async () => {
    const first = await signIn.assumeRole();
    const chained = await signIn.assumeRole({}, first);
    assert.equal(
      await refusal(chained, { SessionDuration: '3601' }),
      'SessionDuration cannot be more than 3600 with credentials that were obtained by role chaining.',
    );
    assert.equal(
      (await signIn.login(await signIn.signinToken(chained, { SessionDuration: '3600' }))).status,
      302,
    );
    assert.equal((await signIn.login(await signIn.signinToken(chained))).status, 302);
  });

  test('a wrong key, a foreign token, credentials that ended, and those whose role is gone', async () => {
    const [one, other] = [await signIn.assumeRole(), await signIn.assumeRole()];
    const wrong = 'Invalid credentials parameter';
    assert.equal(await refusal({ ...one, secretAccessKey: other.secretAccessKey }), wrong);
    assert.equal(await refusal({ ...one, secretAccessKey: `${one.secretAccessKey} ` }), wrong);
    assert.equal(await refusal({ ...one, sessionToken: other.sessionToken ?? '' }), wrong);
    assert.equal(await refusal({ ...one, accessKeyId: other.accessKeyId }), wrong);
    assert.equal(await refusal({ ...signIn.broker, sessionToken: 'none' }), wrong);
    later(3600);
    assert.equal(await refusal(one), 'The security token included in the request is expired');
  });

  test('those whose role was made anew under the old name', async () => {
    const iam = signIn.service.iam(signIn.service.root);
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' },
      ],
    });
    const made = { RoleName: 'short-lived', AssumeRolePolicyDocument: trust };
    await iam.send(new CreateRoleCommand(made));
    const session = credentialsOf(
      await signIn.service.sts(signIn.broker).send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${account}:role/short-lived`,
          RoleSessionName: 'one',
        }),
      ),
    );
    const cookie = await signIn.cookie(session);
    await iam.send(new DeleteRoleCommand({ RoleName: 'short-lived' }));
    await iam.send(new CreateRoleCommand(made));
    assert.equal(await refusal(session), 'Invalid credentials parameter');
    assert.equal((await signIn.console(cookie)).status, 403);
  });

  test('those whose account is closed', async () => {
    const session = await signIn.assumeRole();
    const cookie = await signIn.cookie(session);
    const { identity } = signIn.service.house;
    const open = identity.state.all('account').get(account);
    assert.ok(open !== undefined);
    const organization = {
      id: 'o-0123456789',
      parent: 'r-0123',
      joinedAt: 0,
      joinedMethod: 'CREATED',
      status: 'SUSPENDED',
    } as const;
    await identity.write(({ put }) => put('account', { ...open, organization }));
    assert.equal(await refusal(session), 'Invalid credentials parameter');
    assert.equal((await signIn.console(cookie)).status, 403);
    await identity.write(({ put }) => put('account', open));
    assert.equal((await signIn.console(cookie)).status, 200);
  });

  test('the right key too, for a while after wrong ones', async () => {
    const session = await signIn.assumeRole();
    for (let guess = 0; guess < 5; guess++)
      assert.equal(
        await refusal({ ...session, secretAccessKey: `${guess}` }),
        'Invalid credentials parameter',
      );
    assert.equal(await refusal(session), 'Invalid credentials parameter');
    later(31);
    await signIn.signinToken(session);
  });
});

describe('the records of sign-in', () => {
  test('GetSigninToken, ConsoleLogin and Logout name the person, and hold no secret', async () => {
    const session = await signIn.assumeRole({
      RoleSessionName: 'recorded',
      SourceIdentity: 'eve@example.com',
    });
    const token = await signIn.signinToken(session);
    const redirect = await signIn.login(token);
    const cookie = redirect.headers.get('set-cookie')?.split(';')[0] ?? '';
    await signIn.request('/federation?Action=logout', { headers: { cookie } });
    const records = await signIn.records();
    const own = records.filter(({ userIdentity }) => userIdentity.arn?.endsWith('/recorded'));
    assert.deepEqual(
      own.map(({ phase, eventName, eventType, responseElements, additionalEventData }) => ({
        phase,
        eventName,
        eventType,
        responseElements,
        additionalEventData,
      })),
      [
        {
          phase: 'outcome',
          eventName: 'GetSigninToken',
          eventType: 'AwsConsoleSignIn',
          responseElements: { GetSigninToken: 'Success' },
          additionalEventData: { MobileVersion: 'No', MFAUsed: 'No' },
        },
        {
          phase: 'outcome',
          eventName: 'ConsoleLogin',
          eventType: 'AwsConsoleSignIn',
          responseElements: { ConsoleLogin: 'Success' },
          additionalEventData: { LoginTo: '/console', MobileVersion: 'No', MFAUsed: 'No' },
        },
        {
          phase: 'intent',
          eventName: 'Logout',
          eventType: 'AwsConsoleSignIn',
          responseElements: null,
          additionalEventData: { MobileVersion: 'No', MFAUsed: 'No' },
        },
        {
          phase: 'outcome',
          eventName: 'Logout',
          eventType: 'AwsConsoleSignIn',
          responseElements: { Logout: 'Success' },
          additionalEventData: { MobileVersion: 'No', MFAUsed: 'No' },
        },
      ],
    );
    for (const { userIdentity, recipientAccountId, readOnly } of own) {
      assert.equal(userIdentity.type, 'AssumedRole');
      assert.equal(userIdentity.accessKeyId, session.accessKeyId);
      assert.equal(userIdentity.sessionContext?.sourceIdentity, 'eve@example.com');
      assert.equal(recipientAccountId, account);
      assert.equal(readOnly, false);
    }
    const text = JSON.stringify(records);
    for (const secret of [
      session.secretAccessKey,
      session.sessionToken ?? '',
      token,
      cookie.split('=')[1] ?? '',
    ])
      assert.ok(secret !== '' && !text.includes(secret));
  });

  test('a refusal is of the account once the session is proven, and of nobody before', async () => {
    const session = credentialsOf(
      await signIn.service.sts(signIn.broker).send(new GetSessionTokenCommand({ DurationSeconds: 900 })),
    );
    await signIn.federation({ Action: 'getSigninToken', Session: sessionText(session) });
    await signIn.federation({
      Action: 'getSigninToken',
      Session: sessionText({ ...session, secretAccessKey: 'x' }),
    });
    const [proven, unproven] = (await signIn.records()).slice(-2);
    assert.equal(proven?.recipientAccountId, account);
    assert.equal(proven.errorCode, 'ValidationError');
    assert.match(proven.errorMessage ?? '', /^Only the credentials of /);
    assert.deepEqual(proven.responseElements, { GetSigninToken: 'Failure' });
    assert.equal(proven.userIdentity.accessKeyId, session.accessKeyId);
    assert.equal(unproven?.recipientAccountId, undefined);
    assert.deepEqual(unproven?.userIdentity, { type: 'Unknown' });
    assert.equal(unproven?.errorMessage, 'Invalid credentials parameter');
  });

  test('CloudTrail finds them by their names', async () => {
    await signIn.cookie(await signIn.assumeRole());
    await signIn.records();
    await signIn.service.house.events.feed();
    const client = new CloudTrailClient({
      endpoint: signIn.service.endpoint,
      region: 'us-east-1',
      credentials: signIn.broker,
      systemClockOffset: signIn.service.now() - Date.now(),
    });
    const { Events } = await client.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'ConsoleLogin' }],
        MaxResults: 1,
      }),
    );
    client.destroy();
    assert.equal(Events?.[0]?.EventSource, 'signin.amazonaws.com');
    assert.equal(Events[0].Username, 'ada');
  });
});
