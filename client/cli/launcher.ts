/**
 * The program `signalbox`. Checks the version of Node before it imports anything: an old one would fail at an import
 * that it does not know, or in SQLite's binary, with no useful message.
 */

/** The version in `engines` of package.json, inserted by the build. */
declare const NEEDED_NODE: readonly [major: number, minor: number];

const [neededMajor, neededMinor] = NEEDED_NODE;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) {
  // Agents call hooks for every event: as settings write them, without the rest of the terminal.
  const [command, , state] = process.argv.slice(2);
  const entry = command === 'hook' && state === '--state' ? './hook.js' : './terminal.js';
  await import(new URL(entry, import.meta.url).href);
} else {
  console.error(
    `Signalbox needs Node ${neededMajor}.${neededMinor} or later; this is ${process.versions.node} (${process.execPath}).\n` +
      'In a clone of Signalbox, "npx signalbox" uses the Node that "npm ci" brought along.',
  );
  process.exit(78);
}
