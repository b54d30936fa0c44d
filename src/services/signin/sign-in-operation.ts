import { type OperationModel, serviceModels } from '#wire/model';

/**
 * The model of something that records name as an operation of the sign-in service. Its input and output have no shapes: what is shown and
 * given there are secrets, and a record has of them only what an operation picks out.
 */
export function signInOperation(name: string): OperationModel {
  return {
    name,
    service: serviceModels.signin,
    input: undefined,
    output: undefined,
    resultWrapper: undefined,
    http: { method: 'POST', uri: '/', status: 200 },
    errors: [],
    noAuth: true,
  };
}
