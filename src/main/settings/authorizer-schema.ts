import { z } from 'zod';
import {
  accountId,
  apiPart,
  headerName,
  issuerUrl,
  listenAddress,
  proxyForm,
  region,
  route,
  serviceName,
  stalenessSeconds,
  yesOrNo,
} from './values.ts';

/** One entry of `authorizers`, key by key. */
export const authorizerSchema = z.strictObject(
  {
    listen: listenAddress,
    service: serviceName.optional(),
    proxy: proxyForm.optional(),
    region: region.optional(),
    ownerAccount: accountId.optional(),
    api: apiPart.optional(),
    stage: apiPart.optional(),
    routes: z
      .array(route, { error: 'expected a list of routes' })
      .min(1, { error: 'expected a list of routes' })
      .optional(),
    maxStalenessSeconds: stalenessSeconds.optional(),
    clientAddressHeader: headerName.optional(),
    secureTransport: yesOrNo.optional(),
  },
  { error: 'expected a mapping' },
);

/** The same door as a process of its own, which must know where the service is. */
export const remoteAuthorizerSchema = authorizerSchema.extend({ issuer: issuerUrl });
