/** Browser tests: compiled JavaScript from `out/`, in the Chromium of `../chromium.ts`. */
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import puppeteerCore from 'puppeteer-core';
import { serverMarkup } from '../../out/test/browser/server-markup.js';
import { findChromium } from '../../out/test/chromium.js';

const { executablePath, args, env } = await findChromium();

/** Several pages run at once; each believes that it has the focus. */
async function focusedPage({ context }) {
  const page = await context.newPage();
  const devtools = await page.createCDPSession();
  await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: true });
  return page;
}

const testsIn = ({ suites, tests }) => [...tests, ...suites.flatMap(testsIn)];

/** Says how it went in one line, the last one. A file that did not load counts as a failed test. */
function lastLine() {
  let sessions = [];
  process.once('exit', () => {
    const tests = sessions.flatMap(({ testResults }) => (testResults ? testsIn(testResults) : []));
    const skipped = tests.filter((test) => test.skipped).length;
    const passed = tests.filter((test) => test.passed && !test.skipped).length;
    const broken = sessions.filter(({ errors }) => errors.length > 0).length;
    const failed = tests.length - skipped - passed + broken;
    console.log(`browser: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  });
  return {
    onTestRunFinished(run) {
      sessions = run.sessions;
    },
  };
}

export default {
  rootDir: new URL('../..', import.meta.url).pathname,
  files: 'out/test/browser/**/*.test.js',
  nodeResolve: { exportConditions: ['browser'] },
  browsers: [
    chromeLauncher({
      puppeteer: puppeteerCore,
      launchOptions: { executablePath, args: [...args], env, headless: 'shell' },
      createPage: focusedPage,
    }),
  ],
  plugins: [serverMarkup()],
  reporters: [defaultReporter(), lastLine()],
  testsFinishTimeout: 20_000,
  testFramework: { config: { timeout: 10_000 } },
};
