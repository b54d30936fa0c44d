/**
 * CloudTrail: what the audit log says, for the accounts it is about.
 * Owns what may be asked of it and in which form events are answered. It writes no event (the pipeline does) and reads the log only through
 * the index it is handed. Called by the pipeline. The table below is also the coverage table of the service.
 */
import { type Operation, type Unsupported, unsupported } from '#services/operation';
import { type CloudtrailOperationName, cloudtrailOperations as models } from '#wire/model';
import { lookupEvents } from './lookup-events.ts';

const trails = 'trails are not built yet';
const lake = 'there is no CloudTrail Lake';
const insights = 'there are no Insights events';
const enrichment = 'events are not enriched or aggregated';
const delegation = 'only the management account administers the organization';

export const cloudtrail = {
  AddTags: unsupported(models.AddTags, trails),
  CancelQuery: unsupported(models.CancelQuery, lake),
  CreateChannel: unsupported(models.CreateChannel, lake),
  CreateDashboard: unsupported(models.CreateDashboard, lake),
  CreateEventDataStore: unsupported(models.CreateEventDataStore, lake),
  CreateTrail: unsupported(models.CreateTrail, trails),
  DeleteChannel: unsupported(models.DeleteChannel, lake),
  DeleteDashboard: unsupported(models.DeleteDashboard, lake),
  DeleteEventDataStore: unsupported(models.DeleteEventDataStore, lake),
  DeleteResourcePolicy: unsupported(models.DeleteResourcePolicy, lake),
  DeleteTrail: unsupported(models.DeleteTrail, trails),
  DeregisterOrganizationDelegatedAdmin: unsupported(models.DeregisterOrganizationDelegatedAdmin, delegation),
  DescribeQuery: unsupported(models.DescribeQuery, lake),
  DescribeTrails: unsupported(models.DescribeTrails, trails),
  DisableFederation: unsupported(models.DisableFederation, lake),
  EnableFederation: unsupported(models.EnableFederation, lake),
  GenerateQuery: unsupported(models.GenerateQuery, lake),
  GetChannel: unsupported(models.GetChannel, lake),
  GetDashboard: unsupported(models.GetDashboard, lake),
  GetEventConfiguration: unsupported(models.GetEventConfiguration, enrichment),
  GetEventDataStore: unsupported(models.GetEventDataStore, lake),
  GetEventSelectors: unsupported(models.GetEventSelectors, trails),
  GetImport: unsupported(models.GetImport, lake),
  GetInsightSelectors: unsupported(models.GetInsightSelectors, insights),
  GetQueryResults: unsupported(models.GetQueryResults, lake),
  GetResourcePolicy: unsupported(models.GetResourcePolicy, lake),
  GetTrail: unsupported(models.GetTrail, trails),
  GetTrailStatus: unsupported(models.GetTrailStatus, trails),
  ListChannels: unsupported(models.ListChannels, lake),
  ListDashboards: unsupported(models.ListDashboards, lake),
  ListEventDataStores: unsupported(models.ListEventDataStores, lake),
  ListImportFailures: unsupported(models.ListImportFailures, lake),
  ListImports: unsupported(models.ListImports, lake),
  ListInsightsData: unsupported(models.ListInsightsData, insights),
  ListInsightsMetricData: unsupported(models.ListInsightsMetricData, insights),
  ListPublicKeys: unsupported(models.ListPublicKeys, trails),
  ListQueries: unsupported(models.ListQueries, lake),
  ListTags: unsupported(models.ListTags, trails),
  ListTrails: unsupported(models.ListTrails, trails),
  LookupEvents: lookupEvents,
  PutEventConfiguration: unsupported(models.PutEventConfiguration, enrichment),
  PutEventSelectors: unsupported(models.PutEventSelectors, trails),
  PutInsightSelectors: unsupported(models.PutInsightSelectors, insights),
  PutResourcePolicy: unsupported(models.PutResourcePolicy, lake),
  RegisterOrganizationDelegatedAdmin: unsupported(models.RegisterOrganizationDelegatedAdmin, delegation),
  RemoveTags: unsupported(models.RemoveTags, trails),
  RestoreEventDataStore: unsupported(models.RestoreEventDataStore, lake),
  SearchSampleQueries: unsupported(models.SearchSampleQueries, lake),
  StartDashboardRefresh: unsupported(models.StartDashboardRefresh, lake),
  StartEventDataStoreIngestion: unsupported(models.StartEventDataStoreIngestion, lake),
  StartImport: unsupported(models.StartImport, lake),
  StartLogging: unsupported(models.StartLogging, trails),
  StartQuery: unsupported(models.StartQuery, lake),
  StopEventDataStoreIngestion: unsupported(models.StopEventDataStoreIngestion, lake),
  StopImport: unsupported(models.StopImport, lake),
  StopLogging: unsupported(models.StopLogging, trails),
  UpdateChannel: unsupported(models.UpdateChannel, lake),
  UpdateDashboard: unsupported(models.UpdateDashboard, lake),
  UpdateEventDataStore: unsupported(models.UpdateEventDataStore, lake),
  UpdateTrail: unsupported(models.UpdateTrail, trails),
} satisfies Record<CloudtrailOperationName, Operation | Unsupported>;
