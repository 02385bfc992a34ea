import type { Ec2Loader } from './clients.ts';

/**
 * Loads the EC2 client when it is first needed. A bundle must not use this, because it would contain all operations of
 * that client.
 */
export const loadEc2: Ec2Loader = async () => (await import('./ec2-client.ts')).ec2Client;
