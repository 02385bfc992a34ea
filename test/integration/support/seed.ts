/**
 * What a run makes at random comes of this number. It is the same each time, so that an ordinary run fails by a change alone;
 * `FARGAUGE_ORACLE_SEED` makes other things.
 */
export const ORACLE_SEED = Number(process.env.FARGAUGE_ORACLE_SEED ?? 1);
