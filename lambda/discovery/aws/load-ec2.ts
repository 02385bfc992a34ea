import type { Ec2Loader } from './clients.ts';

/** Loads the EC2 client when it is first needed: the bundle of the function has a file of its own for it. */
export const loadEc2: Ec2Loader = async () => (await import('./ec2-client.ts')).ec2Client;
