import * as z from 'zod';

/**
 * Length and characters of a namespace; it does not begin with a colon.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Namespace
 */
export const MAX_NAMESPACE_CHARACTERS = 255;
const NAMESPACE = /^(?=.*\S)(?!:)[A-Za-z0-9 ._#:/-]+$/;

const EXPECTED = `a namespace of 1 to ${MAX_NAMESPACE_CHARACTERS} letters, digits, spaces and . _ - # : /, which does not begin with a colon`;

/** Schema of `metric_namespace`. */
export const namespace = z
  .string(EXPECTED)
  .max(MAX_NAMESPACE_CHARACTERS, EXPECTED)
  .regex(NAMESPACE, EXPECTED);
