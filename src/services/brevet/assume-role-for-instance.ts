import { defineOperation, findInstance, instanceArn, loadNothing } from '#services/operation';
import { fault } from '#wire/faults';
import { type AssumeRoleForInstanceResponse, brevetOperations } from '#wire/model';
import { findInstanceProfile, instanceSession } from './instance-session.ts';

/**
 * Credentials for an instance of the settings, to the agent on its host that hands them out there. EC2 assumes the role of its profile as
 * it does for the instances of the service's own doors, so the role trusts EC2 and not the agent.
 *
 * Who may ask is a question of policy (`brevet:AssumeRoleForInstance` on the ARN of the instance). The ARN is made of what the request says
 * alone: who may not ask does not learn which instances there are, and one of another account is none.
 */
export const assumeRoleForInstance = defineOperation(brevetOperations.AssumeRoleForInstance, {
  callers: 'signed',
  effect: 'credential',
  readOnly: true,

  load: loadNothing,

  authorize: ({ InstanceId: id }, _nothing, { caller, region }) => [
    {
      action: 'brevet:AssumeRoleForInstance',
      resource: instanceArn({ id, accountId: caller.account.id, region }),
    },
  ],

  // The record of AssumeRole by EC2 says whom it gave what.
  describe: ({ InstanceId: id }, _nothing, { caller, region }) => ({
    responseElements: () => null,
    resources: [
      {
        accountId: caller.account.id,
        type: 'AWS::EC2::Instance',
        ARN: instanceArn({ id, accountId: caller.account.id, region }),
      },
    ],
  }),

  run: async (
    { InstanceId: id, RoleDelivery: delivery = '2.0' },
    _nothing,
    call,
  ): Promise<AssumeRoleForInstanceResponse> => {
    const instance = findInstance(call, id);
    if (instance === undefined)
      throw fault('InstanceNotFoundException', `There is no instance ${id} in ${call.region}.`);
    const { facts, profileArn, tokens } = instance;
    if (delivery === '1.0' && tokens === 'required')
      throw fault('InstanceRefusedException', `The instance ${id} hands out credentials to tokens only.`);
    const { profile, role } = findInstanceProfile(call.state, profileArn);
    if (profile === undefined || role === undefined)
      throw fault('InstanceRefusedException', `${profileArn} has no role.`);
    const assumed = await call.assumeForService(...instanceSession(instance, role, delivery));
    const { Credentials: issued, AssumedRoleUser: user } = assumed;
    if (issued === undefined || user === undefined) throw fault('InternalFailure');
    return {
      Credentials: issued,
      AssumedRoleUser: user,
      InstanceProfile: { Arn: profileArn, Id: profile.id },
      Instance: {
        AccountId: facts.accountId,
        Region: facts.region,
        AvailabilityZone: facts.availabilityZone,
        InstanceType: facts.instanceType,
        ImageId: facts.imageId,
        Architecture: facts.architecture,
        PrivateIp: facts.privateIp,
        Hostname: facts.hostname,
      },
    };
  },
});
