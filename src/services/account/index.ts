/**
 * AWS Account Management: which Regions an account has switched off.
 * Owns the rule of whose Regions a caller may see and change. It does not enforce the switch: STS and the pipeline read it.
 * A management account administers its members without further setup: trusted access is always given. Called by the pipeline.
 * The table below is also the coverage table of the service.
 */
import { type Operation, type Unsupported, unsupported } from '#services/operation';
import { type AccountOperationName, accountOperations as models } from '#wire/model';
import { getRegionOptStatus, listRegions } from './read-regions.ts';
import { disableRegion, enableRegion } from './switch-region.ts';

const contacts = 'nobody needs to be contacted';
const details = 'the name and e-mail address of an account do not change';
const govCloud = 'there is one partition, aws';

export const account = {
  AcceptPrimaryEmailUpdate: unsupported(models.AcceptPrimaryEmailUpdate, details),
  DeleteAlternateContact: unsupported(models.DeleteAlternateContact, contacts),
  DisableRegion: disableRegion,
  EnableRegion: enableRegion,
  GetAccountInformation: unsupported(models.GetAccountInformation, details),
  GetAlternateContact: unsupported(models.GetAlternateContact, contacts),
  GetContactInformation: unsupported(models.GetContactInformation, contacts),
  GetGovCloudAccountInformation: unsupported(models.GetGovCloudAccountInformation, govCloud),
  GetPrimaryEmail: unsupported(models.GetPrimaryEmail, details),
  GetRegionOptStatus: getRegionOptStatus,
  ListRegions: listRegions,
  PutAccountName: unsupported(models.PutAccountName, details),
  PutAlternateContact: unsupported(models.PutAlternateContact, contacts),
  PutContactInformation: unsupported(models.PutContactInformation, contacts),
  StartPrimaryEmailUpdate: unsupported(models.StartPrimaryEmailUpdate, details),
} satisfies Record<AccountOperationName, Operation | Unsupported>;
