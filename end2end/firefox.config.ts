import { defineConfig } from '@playwright/test';

// Playwright only runs these tests: the browser is Debian's Firefox (or KAAM_FIREFOX), driven over WebDriver BiDi by Puppeteer, because
// Playwright's own way needs a Firefox that it has changed.
export default defineConfig({
  testDir: 'firefox',
  outputDir: 'test-results/firefox',
  workers: 1,
  forbidOnly: !!process.env.CI,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
});
