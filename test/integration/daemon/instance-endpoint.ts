/** The task metadata endpoint of a Managed Daemon, in the network of the process: writes its URL, and answers until it is ended. */
import { startMetadataStandIn } from '../../sidecar/metadata-stand-in.ts';
import { sampleInstance } from '../../sidecar/sample-instance.ts';

const standIn = await startMetadataStandIn();
standIn.serveInstance(sampleInstance(Number(process.argv[2]), 0));
console.log(standIn.uri);
