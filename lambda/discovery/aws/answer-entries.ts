import * as z from 'zod';

/** JSON may write null for a field without a value. */
function optional<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const text = optional(z.string());
const number = optional(z.number());
const tags = optional(z.array(z.object({ key: text, value: text })));

const binding = z.object({
  containerPort: number,
  hostPort: number,
  containerPortRange: text,
  hostPortRange: text,
});

/**
 * The fields of answers that discovery reads, by the name of their list; it drops the others, since there may be 10,000
 * entries. An entry with a field of another type is invalid.
 */
export const ENTRIES = {
  /** A list of strings. */
  arns: z.string(),
  failures: z.object({ arn: text }),
  tasks: z.object({
    // Identifies the task.
    taskArn: z.string(),
    ...{ clusterArn: text, taskDefinitionArn: text, containerInstanceArn: text },
    ...{ lastStatus: text, desiredStatus: text, healthStatus: text, group: text, startedBy: text },
    startedAt: optional(z.date()),
    ...{ launchType: text, platformFamily: text, platformVersion: text, availabilityZone: text },
    attachments: optional(
      z.array(
        z.object({
          type: text,
          details: optional(z.array(z.object({ name: text, value: text }))),
        }),
      ),
    ),
    containers: optional(
      z.array(
        z.object({
          name: text,
          networkBindings: optional(z.array(binding)),
          networkInterfaces: optional(
            z.array(z.object({ privateIpv4Address: text, ipv6Address: text })),
          ),
        }),
      ),
    ),
    tags,
  }),
  taskDefinition: z.object({
    family: text,
    revision: number,
    networkMode: text,
    containerDefinitions: optional(
      z.array(
        z.object({
          name: text,
          dockerLabels: optional(z.record(z.string(), z.string())),
          portMappings: optional(z.array(binding)),
        }),
      ),
    ),
  }),
  services: z.object({
    ...{ serviceName: text, serviceArn: text, status: text },
    tags,
    deployments: optional(z.array(z.object({ id: text }))),
    taskSets: optional(z.array(z.object({ id: text }))),
  }),
  containerInstances: z.object({
    ...{ containerInstanceArn: text, ec2InstanceId: text },
    attributes: optional(z.array(z.object({ name: text, value: text }))),
  }),
  clusters: z.object({ tags }),
} as const;

export type EntryName = keyof typeof ENTRIES;

/** The valid entries of a list, and the reason for each other one. */
export function entriesIn(
  name: EntryName,
  list: unknown,
): { readonly entries: readonly unknown[]; readonly odd: readonly string[] } {
  if (list === undefined || list === null) return { entries: [], odd: [] };
  if (!Array.isArray(list)) return { entries: [], odd: [`it is not a list but ${kindOf(list)}`] };
  const entries: unknown[] = [];
  const odd: string[] = [];
  for (const entry of list) {
    const { success, data, error } = ENTRIES[name].safeParse(entry);
    if (success) entries.push(data);
    else odd.push(reasonOf(error));
  }
  return { entries, odd };
}

function reasonOf({ issues: [issue] }: z.ZodError): string {
  // Without places in lists, so that equal faults count as one cause.
  const path = (issue?.path ?? []).filter((key) => typeof key === 'string').join('.');
  return `${path || 'an entry'}: ${issue?.message}`;
}

function kindOf(value: unknown): string {
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
