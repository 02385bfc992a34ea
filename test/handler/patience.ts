/** A variable of a function's process: the times as long that it waits for an answer. @default 1 */
export const PATIENCE = 'FARGAUGE_TEST_PATIENCE';
