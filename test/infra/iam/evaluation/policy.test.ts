import { describe, expect, it } from '@jest/globals';
import { type Decision, decide, type IamRequest, type Statement } from './policy.ts';
import { reductionsOf, relaxationsOf } from './reductions.ts';
import { matchesArn, matchesText } from './wildcard.ts';

const TASK = 'arn:aws:ecs:eu-west-1:111122223333:task/prod/1';
const PROD = 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod';

const allow = (more: Partial<Statement> = {}): Statement => ({
  Effect: 'Allow',
  Action: 'ecs:DescribeTasks',
  Resource: '*',
  ...more,
});
const deny = (more: Partial<Statement> = {}): Statement => ({ ...allow(more), Effect: 'Deny' });
const request = (more: Partial<IamRequest> = {}): IamRequest => ({
  action: 'ecs:DescribeTasks',
  resource: TASK,
  context: { 'ecs:cluster': PROD },
  ...more,
});

describe('what IAM decides', () => {
  it.each<[string, Statement[], Decision]>([
    ['nothing is said', [], 'implicitly denied'],
    ['the action is allowed', [allow()], 'allowed'],
    ['another action is allowed', [allow({ Action: 'ecs:ListTasks' })], 'implicitly denied'],
    [
      'one of several actions',
      [allow({ Action: ['ecs:ListTasks', 'ecs:DescribeTasks'] })],
      'allowed',
    ],
    ['a pattern of actions', [allow({ Action: 'ecs:Describe*' })], 'allowed'],
    ['a pattern of others', [allow({ Action: 'ecs:List*' })], 'implicitly denied'],
    ['an action in other letters', [allow({ Action: 'ECS:describetasks' })], 'allowed'],
    ['all actions', [allow({ Action: '*' })], 'allowed'],
    ['the resource', [allow({ Resource: TASK })], 'allowed'],
    ['a pattern of resources', [allow({ Resource: TASK.replace(/1$/, '*') })], 'allowed'],
    ['another resource', [allow({ Resource: `${TASK}1` })], 'implicitly denied'],
    ['a resource in other letters', [allow({ Resource: TASK.toUpperCase() })], 'implicitly denied'],
    ['one of several resources', [allow({ Resource: ['arn:x', TASK] })], 'allowed'],
    ['a denial beside it', [allow(), deny()], 'explicitly denied'],
    ['a denial before it', [deny(), allow()], 'explicitly denied'],
    ['only a denial', [deny()], 'explicitly denied'],
    ['a denial of something else', [allow(), deny({ Action: 'ecs:ListTasks' })], 'allowed'],
    ['two statements of which one applies', [allow({ Resource: 'arn:x' }), allow()], 'allowed'],
  ])('%s', (_, statements, decision) => {
    expect(decide(statements, request())).toBe(decision);
  });

  it.each<[string, Statement['Condition'], Decision]>([
    ['ArnEquals', { ArnEquals: { 'ecs:cluster': PROD } }, 'allowed'],
    ['ArnEquals, a pattern', { ArnEquals: { 'ecs:cluster': `${PROD.slice(0, -1)}*` } }, 'allowed'],
    ['ArnLike, of others', { ArnLike: { 'ecs:cluster': `${PROD}-*` } }, 'implicitly denied'],
    ['ArnLike, one of two', { ArnLike: { 'ecs:cluster': ['arn:x:y:z:u:v', PROD] } }, 'allowed'],
    ['ArnNotEquals', { ArnNotEquals: { 'ecs:cluster': PROD } }, 'implicitly denied'],
    ['ArnNotLike, none of two', { ArnNotLike: { 'ecs:cluster': ['a', 'b'] } }, 'allowed'],
    ['StringEquals', { StringEquals: { 'ecs:cluster': PROD } }, 'allowed'],
    [
      'StringEquals, which takes no pattern',
      { StringEquals: { 'ecs:cluster': '*' } },
      'implicitly denied',
    ],
    [
      'StringEqualsIgnoreCase',
      { StringEqualsIgnoreCase: { 'ecs:cluster': PROD.toUpperCase() } },
      'allowed',
    ],
    ['StringLike', { StringLike: { 'ecs:cluster': '*/prod' } }, 'allowed'],
    ['StringNotLike', { StringNotLike: { 'ecs:cluster': '*/prod' } }, 'implicitly denied'],
    ['StringNotEquals', { StringNotEquals: { 'ecs:cluster': 'x' } }, 'allowed'],
    ['a key in other letters', { ArnEquals: { 'ECS:Cluster': PROD } }, 'allowed'],
    ['a key that is not there', { StringEquals: { 'aws:SourceVpc': 'x' } }, 'implicitly denied'],
    ['… and IfExists', { StringEqualsIfExists: { 'aws:SourceVpc': 'x' } }, 'allowed'],
    [
      'a key that is there, and IfExists',
      { ArnEqualsIfExists: { 'ecs:cluster': 'x' } },
      'implicitly denied',
    ],
    ['… and negated', { StringNotEquals: { 'aws:SourceVpc': 'x' } }, 'allowed'],
    ['Bool', { Bool: { 'ecs:cluster': 'true' } }, 'implicitly denied'],
    [
      'two keys, both right',
      { ArnLike: { 'ecs:cluster': PROD }, StringLike: { 'ecs:cluster': '*' } },
      'allowed',
    ],
    ['two keys, one wrong', { ArnLike: { 'ecs:cluster': PROD, 'a:b': 'x' } }, 'implicitly denied'],
    [
      'two operators, one wrong',
      { ArnLike: { 'ecs:cluster': PROD }, StringLike: { 'ecs:cluster': 'x' } },
      'implicitly denied',
    ],
  ])('on the condition %s', (_, Condition, decision) => {
    expect(decide([allow(Condition && { Condition })], request())).toBe(decision);
  });

  it('a denial whose condition does not hold denies nothing', () => {
    const Condition = { ArnEquals: { 'lambda:SourceFunctionArn': 'arn:x' } };
    expect(decide([allow(), deny({ Condition })], request())).toBe('allowed');
  });

  it('what it does not know is an error, and no decision', () => {
    const unknown = { Effect: 'Allow', NotAction: 'x', Resource: '*' } as unknown as Statement;
    expect(() => decide([unknown], request())).toThrow('got NotAction');
    const Condition = { 'ForAllValues:StringLike': { 'ecs:cluster': '*' } };
    expect(() => decide([allow({ Condition })], request())).toThrow('got ForAllValues:StringLike');
  });
});

describe('a pattern', () => {
  it.each<[string, string, boolean]>([
    ['arn:aws:s3:::bucket/key', 'arn:aws:s3:::bucket/*', true],
    ['arn:aws:s3:::bucket/a/b', 'arn:aws:s3:::bucket/*', true],
    ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/*', false],
    ['state', 'stat?', true],
    ['stat', 'stat?', false],
    ['state.x', 'state.*', true],
    ['stateax', 'state.*', false],
    ['a+(b)', 'a+(b)', true],
    ['two\nlines', '*', true],
  ])('of texts: %j is %j: %j', (text, pattern, expected) => {
    expect(matchesText(text, pattern)).toBe(expected);
  });

  it.each<[string, string, boolean]>([
    [PROD, 'arn:aws:ecs:*:111122223333:cluster/prod', true],
    [PROD, 'arn:aws:ecs:*:cluster/prod', false],
    [PROD, 'arn:*', false],
    ['arn:aws:lambda:r:1:function:f:1', 'arn:aws:lambda:r:1:function:*', true],
  ])('of ARNs: %s is %s: %j', (arn, pattern, expected) => {
    expect(matchesArn(arn, pattern)).toBe(expected);
  });
});

describe('the policies with a part less', () => {
  it('are those without each statement, action, resource and value of a condition', () => {
    const policy = [
      { policy: 'One', statement: allow({ Action: ['a:B', 'a:C'], Resource: ['r', 's'] }) },
      { policy: 'Two', statement: allow({ Condition: { ArnLike: { k: ['1', '2'], l: '3' } } }) },
      { policy: 'Three', statement: deny() },
    ];
    const reductions = reductionsOf(policy);
    expect(reductions.map(({ name }) => name)).toEqual([
      'the statement One: a:B, a:C on r, s',
      'the action a:B of One',
      'the action a:C of One',
      'the resource r of a:B, a:C of One',
      'the resource s of a:B, a:C of One',
      'the statement Two: ecs:DescribeTasks on *',
      'the value 1 of k of Two',
      'the value 2 of k of Two',
    ]);
    expect(reductions[0]?.statements).toEqual([policy[1]?.statement, policy[2]?.statement]);
    expect(reductions[2]?.statements).toContainEqual({ ...policy[0]?.statement, Action: ['a:B'] });
    expect(reductions[7]?.statements).toContainEqual({
      ...policy[1]?.statement,
      Condition: { ArnLike: { k: ['1'], l: '3' } },
    });
  });

  it('and those that deny an action less', () => {
    const statement = deny({ Action: ['a:B', 'a:C'] });
    expect(relaxationsOf([{ policy: 'One', statement }])).toEqual([
      { name: 'a:B of One', action: 'a:B', statements: [{ ...statement, Action: ['a:C'] }] },
      { name: 'a:C of One', action: 'a:C', statements: [{ ...statement, Action: ['a:B'] }] },
    ]);
  });
});
