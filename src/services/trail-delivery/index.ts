/**
 * Delivery of trails: follows the audit log, makes log files of what each trail selects, brings them to its bucket, and signs what was
 * brought in a chain of digests.
 * Owns when and in which order this happens, and that nothing is lost or left out when a bucket is away or the process dies at any point:
 * a step may be done twice, never not at all. It answers no request and stands in no request's way. Composed and driven by main.
 */
export { createTrailDelivery, type TrailDelivery, type TrailDeliveryOptions } from './trail-delivery.ts';
