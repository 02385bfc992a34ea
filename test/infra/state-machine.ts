import type { Template } from 'aws-cdk-lib/assertions';
import type { ShardCycleStart } from '../../lambda/shards/objects/event.ts';

/** A definition in the Amazon States Language. https://states-language.net/spec.html */
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, object>>;
}

/** What the discovery answers the state machine with. */
export const CYCLE_START: ShardCycleStart = {
  cycle: {
    layout: 1,
    shards: 3,
    inherits: null,
    endsBy: 1_767_225_655_000,
    listedAt: 1_767_225_600_000,
    complete: true,
  },
  shards: [0, 1, 2].map((shard) => ({ shard, digest: `digest of ${shard}` })),
};

/** The definition of the one state machine of a template, with ARNs in the place of what CloudFormation fills in. */
export function definitionOf(template: Template): Definition {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  if (machine === undefined) throw new Error('expected a state machine');
  const [separator, parts] = machine.Properties.DefinitionString['Fn::Join'];
  const texts = (parts as readonly (string | object)[]).map((part) =>
    typeof part === 'string' ? part : arnOf(part as { 'Fn::GetAtt': [string, 'Arn'] }),
  );
  return JSON.parse(texts.join(separator));
}

function arnOf({ 'Fn::GetAtt': [id] }: { 'Fn::GetAtt': [string, 'Arn'] }): string {
  return `arn:aws:lambda:eu-west-1:111122223333:function:${id}`;
}
