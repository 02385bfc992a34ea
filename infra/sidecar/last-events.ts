import { Annotations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { SIDECAR_JOB } from '../../lambda/model/settings/names.ts';
import type { DeclarationFacts } from '../configuration/check/check.ts';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import { warningId } from '../configuration/warning-id.ts';

/**
 * The value of `FARGAUGE_EMF`: the rules for points that nobody has collected when a sidecar stops. They are those of
 * the collector, so the metrics are the same. Undefined if the rules publish no metric, or are unknown.
 */
export function renderLastEvents(
  sidecar: Construct,
  configuration: CollectorConfiguration,
): string | undefined {
  const facts = configuration.facts(sidecar);
  const declarations = (facts?.declarations ?? []).filter((declaration) => {
    const reason = obstacle(declaration, facts?.namespace);
    if (reason !== undefined) {
      Annotations.of(sidecar).addWarningV2(
        `fargauge:${warningId('lastEvents', reason)}`,
        `[${sidecar.node.path}] ${reason}: the metrics of a task's last seconds are lost`,
      );
    }
    return reason === undefined;
  });
  if (facts === undefined || declarations.length === 0) return undefined;
  return JSON.stringify({
    metric_namespace: facts.namespace,
    metric_unit: facts.units,
    metric_declaration: declarations.map((declaration) => ({
      source_labels: declaration.sourceLabels,
      label_separator: declaration.separator,
      label_matcher: declaration.matcher,
      metric_selectors: declaration.selectors,
      dimensions: declaration.dimensions,
    })),
    labels: { job: SIDECAR_JOB },
  });
}

/** The reason why the sidecar cannot apply a rule. */
function obstacle(
  { matcher, selectors, namespace }: DeclarationFacts,
  usual: string | undefined,
): string | undefined {
  const foreign = [matcher, ...selectors].find((source) => !isJavaScript(source));
  if (foreign !== undefined) return `The sidecar cannot read the expression ${foreign}`;
  if (namespace === undefined || namespace === usual) return undefined;
  return `The sidecar has one namespace, ${usual}, and not ${namespace}`;
}

/** The sidecar has no RE2; an expression that is valid in both means the same. */
function isJavaScript(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
