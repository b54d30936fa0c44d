import type { ServiceModel } from '#wire/model';
import type { Fault } from './fault.ts';
import { commonFault } from './general-faults.ts';

/** A fault as one service answers it. */
export interface FaultAnswer {
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  readonly side: 'Sender' | 'Receiver';
  readonly text: string | undefined;
  /** The name under which a JSON service sends the text. */
  readonly textMember: string;
  readonly members: Readonly<Record<string, unknown>>;
  /** The XML namespace of a query service's error. */
  readonly xmlNamespace: string | undefined;
}

/** Errors found before any service was reached speak in the name of the front end (sic: 2005-15-09). */
const dispatchNamespace = 'http://webservices.amazon.com/AWSFault/2005-15-09';

/** Gives a fault the spelling, status and namespace of the service that answers. */
export function answerOf(fault: Fault, service: ServiceModel): FaultAnswer {
  const common = commonFault(fault.code);
  const spelled = service.protocol === 'query' ? fault.code : (common?.json ?? fault.code);
  const shape = service.errors.get(spelled);
  const status = shape?.error?.status ?? commonStatus(common?.status ?? 400, service);
  return {
    code: spelled,
    status,
    side: status >= 500 ? 'Receiver' : 'Sender',
    text: textFor(fault, service),
    textMember: shape?.members.find((member) => member.name === 'Message')?.name ?? 'message',
    members: fault.members,
    xmlNamespace: fault.code === 'InvalidAction' ? dispatchNamespace : service.xmlNamespace,
  };
}

/** AWS JSON 1.1 answers every fault of the caller's with 400. */
function commonStatus(status: number, service: ServiceModel): number {
  return service.protocol === 'json' && status < 500 ? 400 : status;
}

/** IAM writes this one sentence without its full stop. */
function textFor({ code, text }: Fault, service: ServiceModel): string | undefined {
  return code === 'InvalidClientTokenId' && service.service === 'iam' ? text?.replace(/\.$/, '') : text;
}
