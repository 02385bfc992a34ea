import { APPS } from '../infra/apps.ts';
import { describeDeployed } from './describe-deployed.ts';
import type { ExistingDefinition } from './planned-task.ts';

/** What runs in the clusters of examples that take others for there than the usual. */
const EXISTING: Readonly<Record<string, ExistingDefinition>> = {
  keycloak: {
    family: 'keycloak',
    containerDefinitions: [{ name: 'keycloak', portMappings: [{ containerPort: 8080 }] }],
  },
};

describeDeployed(
  APPS.map((app) => ({ ...app, ...(EXISTING[app.name] && { existing: EXISTING[app.name] }) })),
);
