import { VARIABLES } from './variables.ts';

/**
 * What a daemon's task definition needs so that the daemon can open a port in the network of its instance. ECS gives a
 * Managed Daemon an address that only its instance reaches, and no port mappings.
 */
export const INSTANCE_NETWORK = {
  /** The first process is then that of the instance, and its network that of the instance. */
  task: { PidMode: 'shared' },
  /** The capabilities need root. The daemon gives all of it up as soon as it listens. */
  container: { User: '0:0' },
  /** SYS_PTRACE to read the file, SYS_ADMIN to enter the network, the others to become a user without rights. */
  capabilities: ['SETGID', 'SETUID', 'SYS_ADMIN', 'SYS_PTRACE'],
  environment: [{ Name: VARIABLES.namespace, Value: '/proc/1/ns/net' }],
} as const;
