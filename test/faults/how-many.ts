/** A short run by default; `node out/test/run.js --faults --long` kills 10,000 times, `--kills N` says how often. */
const SHORT = 300;
const kills = Number(process.env.SIGNALBOX_KILLS ?? SHORT);

/** The part of all kills that a test takes, given as that of a short run. */
export const killsOf = (part: number): number => Math.max(2, Math.round((part * kills) / SHORT));
