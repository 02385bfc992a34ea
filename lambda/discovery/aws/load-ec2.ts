import type { Ec2Loader } from './clients.ts';

/** Loads the EC2 client when it is first needed. Not for a bundle, which would get all of that client's operations. */
export const loadEc2: Ec2Loader = async () => (await import('./ec2-client.ts')).ec2Client;
