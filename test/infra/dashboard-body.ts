import { Template } from 'aws-cdk-lib/assertions';
import type { Stack } from 'aws-cdk-lib/core';

/** A widget as CloudWatch gets it. */
export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly query?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly data?: {
      readonly queries: readonly { readonly query: string; readonly label?: string }[];
    };
    readonly yAxis?: { readonly left?: { readonly label?: string } };
  };
}

/** The widgets of the one dashboard of a stack. Of what is known at deployment only, the logical id stands there. */
export function dashboardWidgets(stack: Stack): readonly Widget[] {
  const [dashboard] = Object.values(
    Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'),
  );
  return JSON.parse(textOf(dashboard?.Properties.DashboardBody)).widgets;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map(textOf).join(join[0]);
  return Ref ?? '';
}
