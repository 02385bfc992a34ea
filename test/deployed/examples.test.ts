import { APPS } from '../infra/apps.ts';
import { describeDeployed, describeWhereDeployable } from './describe-deployed.ts';
import type { ExistingDefinition } from './existing-tasks.ts';

/** What runs in the clusters of examples that take others for there than the usual. */
const EXISTING: Readonly<Record<string, ExistingDefinition>> = {
  keycloak: {
    family: 'keycloak',
    containerDefinitions: [{ name: 'keycloak', portMappings: [{ containerPort: 8080 }] }],
  },
};

describeWhereDeployable('as it is deployed,', () => {
  describeDeployed(
    APPS.map((app) => {
      const existing = EXISTING[app.name];
      return { ...app, ...(existing && { existing }) };
    }),
  );
});
