/** The command failed. */
export const FAILURE = 1;

/** The arguments or the files of the command are wrong. */
export const MISUSE = 2;
