import { serviceModels } from '#wire/model';
import type { Fields } from './minimal-input.ts';
import { type ClientOptions, type Middleware, sendSigned } from './signed-call.ts';

/** A client of Brevet's own service, for which there is no SDK, in the SDK's form as far as the sweeps use it. */
class BrevetClient {
  readonly #options: ClientOptions;
  #middleware: Middleware = (next) => next;
  readonly middlewareStack = {
    add: (middleware: Middleware): void => {
      this.#middleware = middleware;
    },
  };

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  destroy(): void {}

  async send({ name, input }: Command): Promise<Fields> {
    const { targetPrefix, signingName } = serviceModels.brevet;
    return await sendSigned(this.#options, this.#middleware, {
      method: 'POST',
      target: '/',
      service: signingName,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${targetPrefix}.${name}`,
      },
      body: Buffer.from(JSON.stringify(input)),
    });
  }
}

class Command {
  readonly name: string;
  readonly input: Fields;

  constructor(name: string, input: Fields) {
    this.name = name;
    this.input = input;
  }
}

class AssumeRoleForInstanceCommand extends Command {
  constructor(input: Fields) {
    super('AssumeRoleForInstance', input);
  }
}

class GetSigningKeyCommand extends Command {
  constructor(input: Fields) {
    super('GetSigningKey', input);
  }
}

class GetChangesCommand extends Command {
  constructor(input: Fields) {
    super('GetChanges', input);
  }
}

class GetBucketCommand extends Command {
  constructor(input: Fields) {
    super('GetBucket', input);
  }
}

class CreateBucketCommand extends Command {
  constructor(input: Fields) {
    super('CreateBucket', input);
  }
}

class DeleteBucketCommand extends Command {
  constructor(input: Fields) {
    super('DeleteBucket', input);
  }
}

class PutBucketPolicyCommand extends Command {
  constructor(input: Fields) {
    super('PutBucketPolicy', input);
  }
}

class DeleteBucketPolicyCommand extends Command {
  constructor(input: Fields) {
    super('DeleteBucketPolicy', input);
  }
}

/** What the sweeps take for the library of a client. */
export const brevetLibrary: Fields = {
  BrevetClient,
  AssumeRoleForInstanceCommand,
  GetSigningKeyCommand,
  GetChangesCommand,
  GetBucketCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  PutBucketPolicyCommand,
  DeleteBucketPolicyCommand,
};
