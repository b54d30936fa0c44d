/**
 * CloudTrail: what the audit log says, for the accounts it is about.
 * Owns what may be asked of it, in which form events are answered, and what a trail is. It writes no event (the pipeline does), reads the
 * log only through the index it is handed, and delivers nothing (services/trail-delivery does). Called by the pipeline. The table below is also the coverage table of the service.
 */
import { type Operation, type Unsupported, unsupported } from '#services/operation';
import { type CloudtrailOperationName, cloudtrailOperations as models } from '#wire/model';
import { lookupEvents } from './lookup-events.ts';
import { createTrail } from './trail/create-trail.ts';
import { deleteTrail } from './trail/delete-trail.ts';
import { describeTrails, getTrail, listTrails } from './trail/describe-trails.ts';
import { getEventSelectors, putEventSelectors } from './trail/event-selectors.ts';
import { getTrailStatus } from './trail/get-trail-status.ts';
import { listPublicKeys } from './trail/list-public-keys.ts';
import { startLogging, stopLogging } from './trail/switch-logging.ts';
import { addTags, listTags, removeTags } from './trail/tags.ts';
import { updateTrail } from './trail/update-trail.ts';

const lake = 'there is no CloudTrail Lake';
const insights = 'there are no Insights events';
const enrichment = 'events are not enriched or aggregated';
const delegation = 'only the management account administers the organization';

export const cloudtrail = {
  AddTags: addTags,
  CancelQuery: unsupported(models.CancelQuery, lake),
  CreateChannel: unsupported(models.CreateChannel, lake),
  CreateDashboard: unsupported(models.CreateDashboard, lake),
  CreateEventDataStore: unsupported(models.CreateEventDataStore, lake),
  CreateTrail: createTrail,
  DeleteChannel: unsupported(models.DeleteChannel, lake),
  DeleteDashboard: unsupported(models.DeleteDashboard, lake),
  DeleteEventDataStore: unsupported(models.DeleteEventDataStore, lake),
  DeleteResourcePolicy: unsupported(models.DeleteResourcePolicy, lake),
  DeleteTrail: deleteTrail,
  DeregisterOrganizationDelegatedAdmin: unsupported(models.DeregisterOrganizationDelegatedAdmin, delegation),
  DescribeQuery: unsupported(models.DescribeQuery, lake),
  DescribeTrails: describeTrails,
  DisableFederation: unsupported(models.DisableFederation, lake),
  EnableFederation: unsupported(models.EnableFederation, lake),
  GenerateQuery: unsupported(models.GenerateQuery, lake),
  GetChannel: unsupported(models.GetChannel, lake),
  GetDashboard: unsupported(models.GetDashboard, lake),
  GetEventConfiguration: unsupported(models.GetEventConfiguration, enrichment),
  GetEventDataStore: unsupported(models.GetEventDataStore, lake),
  GetEventSelectors: getEventSelectors,
  GetImport: unsupported(models.GetImport, lake),
  GetInsightSelectors: unsupported(models.GetInsightSelectors, insights),
  GetQueryResults: unsupported(models.GetQueryResults, lake),
  GetResourcePolicy: unsupported(models.GetResourcePolicy, lake),
  GetTrail: getTrail,
  GetTrailStatus: getTrailStatus,
  ListChannels: unsupported(models.ListChannels, lake),
  ListDashboards: unsupported(models.ListDashboards, lake),
  ListEventDataStores: unsupported(models.ListEventDataStores, lake),
  ListImportFailures: unsupported(models.ListImportFailures, lake),
  ListImports: unsupported(models.ListImports, lake),
  ListInsightsData: unsupported(models.ListInsightsData, insights),
  ListInsightsMetricData: unsupported(models.ListInsightsMetricData, insights),
  ListPublicKeys: listPublicKeys,
  ListQueries: unsupported(models.ListQueries, lake),
  ListTags: listTags,
  ListTrails: listTrails,
  LookupEvents: lookupEvents,
  PutEventConfiguration: unsupported(models.PutEventConfiguration, enrichment),
  PutEventSelectors: putEventSelectors,
  PutInsightSelectors: unsupported(models.PutInsightSelectors, insights),
  PutResourcePolicy: unsupported(models.PutResourcePolicy, lake),
  RegisterOrganizationDelegatedAdmin: unsupported(models.RegisterOrganizationDelegatedAdmin, delegation),
  RemoveTags: removeTags,
  RestoreEventDataStore: unsupported(models.RestoreEventDataStore, lake),
  SearchSampleQueries: unsupported(models.SearchSampleQueries, lake),
  StartDashboardRefresh: unsupported(models.StartDashboardRefresh, lake),
  StartEventDataStoreIngestion: unsupported(models.StartEventDataStoreIngestion, lake),
  StartImport: unsupported(models.StartImport, lake),
  StartLogging: startLogging,
  StartQuery: unsupported(models.StartQuery, lake),
  StopEventDataStoreIngestion: unsupported(models.StopEventDataStoreIngestion, lake),
  StopImport: unsupported(models.StopImport, lake),
  StopLogging: stopLogging,
  UpdateChannel: unsupported(models.UpdateChannel, lake),
  UpdateDashboard: unsupported(models.UpdateDashboard, lake),
  UpdateEventDataStore: unsupported(models.UpdateEventDataStore, lake),
  UpdateTrail: updateTrail,
} satisfies Record<CloudtrailOperationName, Operation | Unsupported>;
