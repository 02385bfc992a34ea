import * as z from 'zod';
import {
  fillLogGroup,
  LOG_GROUP_PLACEHOLDERS,
  MAX_LOG_NAME,
} from '../../model/settings/log-group.ts';

/** Characters of a log group's name: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const NAME = /^[.\-_/#A-Za-z0-9]+$/;

/** The same page: AWS reserves names that begin so. */
const RESERVED = 'aws/';

const EXPECTED = `a log group name of up to ${MAX_LOG_NAME} letters, digits and . - _ / # with the placeholders ${LOG_GROUP_PLACEHOLDERS.join(' ')}, which does not begin with ${RESERVED}`;

/** Schema of `log_group_name`; empty means none. */
export const logGroupName = z
  .string(EXPECTED)
  .refine((name) => name === '' || isLogGroupName(name), EXPECTED)
  .transform((name) => name || undefined);

function isLogGroupName(name: string): boolean {
  if (name.length > MAX_LOG_NAME || name.startsWith(RESERVED)) return false;
  return NAME.test(fillLogGroup(name, () => 'x'));
}
