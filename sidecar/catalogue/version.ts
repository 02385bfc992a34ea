/** Version of the sidecar: that of package.json, which the bundle does not carry. */
export const VERSION = '0.1.0';
