/** What an executor of Kubernetes may be told: of a list, so that nothing in it is another command, mount or right. */
import { z } from 'zod';

const name = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    'A name of Kubernetes: lower-case letters, digits, "-" and ".".',
  );
const label = z
  .string()
  .max(317)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9_./-]*[A-Za-z0-9])?$/, 'A label of Kubernetes.');
const quantities = z
  .record(
    z.string().regex(/^[a-z0-9]([a-z0-9./-]*[a-z0-9])?$/, 'A resource: cpu, memory, nvidia.com/gpu.'),
    z.string().regex(/^[0-9]+(\.[0-9]+)?(m|[kMGTPE]i?|[eE][0-9]+)?$/, 'A quantity, as "500m", "2" or "4Gi".'),
  )
  .default({});

export const kubernetesSettings = z.strictObject({
  context: z.string().min(1).max(253).nullable().default(null),
  namespace: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'A name of a namespace.')
    .nullable()
    .default(null),
  image: z
    .string()
    .max(500)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_./:@-]*$/, 'An image, as "registry.example.com/api:1.2".'),
  requests: quantities,
  limits: quantities,
  node_selector: z.record(label, label).default({}),
  service_account: name.nullable().default(null),
  image_pull_secrets: z.array(name).max(10).default([]),
  volumes: z
    .array(
      z.strictObject({
        claim: name,
        path: z
          .string()
          .max(1000)
          .regex(/^\/[A-Za-z0-9_./@+-]*$/, 'An absolute path there.'),
      }),
    )
    .max(20)
    .default([]),
});
