import { describe } from 'node:test';
import { startS3rver } from '../../gateway-fixture.ts';
import { walkStore } from '../s3-walk.ts';

describe('the AWS SDK, through the gateway in front of s3rver', () => walkStore(startS3rver));
