import { type Fault, fault } from '#wire/faults';

/** A cluster that the settings do not name in the account and the Region of the request. */
export function noCluster(name: string): Fault {
  return fault('ResourceNotFoundException', `No cluster found for name: ${name}.`);
}

export function noAssociation(id: string): Fault {
  return fault('ResourceNotFoundException', `No pod identity association found for ID: ${id}.`);
}

/** What is not tagged here: everything but associations. */
export function noTaggedResource(arn: string): Fault {
  return fault('NotFoundException', `The resource ${arn} could not be found.`);
}

/** An input that its model allows and EKS does not. */
export function invalidParameter(message: string): Fault {
  return fault('InvalidParameterException', message);
}
