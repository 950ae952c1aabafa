/** A server with a public HTTPS address that somebody opens by HTTP at another one. */
import { test as base, expect } from '@playwright/test';
import { PASSWORD } from '../support/fixtures';
import { Kaam } from '../support/servers';

const PUBLIC = 'https://kaam.example.com';

// Names of a home network, as its router would have them.
const test = base.extend({
  launchOptions: [
    async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), '--host-resolver-rules=MAP *.lan 127.0.0.1'] }),
    { scope: 'worker' },
  ],
});

let kaam: Kaam;

test.beforeAll(async () => {
  test.setTimeout(60_000);
  kaam = await Kaam.start('offline', { KAAM_PUBLIC_URL: PUBLIC, KAAM_ALLOWED_HOSTS: 'listed.lan' });
  await kaam.command(['user', 'add', 'sana@example.com', '--password-stdin'], `${PASSWORD}\n`);
});

test.afterAll(() => kaam.stop());

for (const host of ['kaam.lan', 'listed.lan']) {
  for (const javaScriptEnabled of [true, false]) {
    test(`${host} says where to go, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async ({ browser }) => {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(`http://${host}:${kaam.port}/`);
      await expect(page).toHaveURL(/\/sign-in$/);
      const note = page.getByTestId('elsewhere');
      await expect(note.getByRole('link')).toHaveAttribute('href', PUBLIC);
      await expect(note.getByText('KAAM_ALLOWED_HOSTS')).toHaveCount(host === 'kaam.lan' ? 1 : 0);
      if (javaScriptEnabled) await expect(page.locator('body[data-hydrated="true"]')).toBeAttached();
      await page.locator('input[name="email"]').fill('sana@example.com');
      await page.locator('input[name="password"]').fill(PASSWORD);
      await page.getByTestId('submit').click();
      await expect(page.getByRole('alert')).toContainText(PUBLIC);
      expect(await context.cookies()).toEqual([]);
      await context.close();
    });
  }
}

test('at the machine itself it can be signed in', async ({ page }) => {
  await page.goto(`http://localhost:${kaam.port}/sign-in`);
  await expect(page.locator('body[data-hydrated="true"]')).toBeAttached();
  await expect(page.getByTestId('elsewhere')).toHaveCount(0);
  await page.locator('input[name="email"]').fill('sana@example.com');
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.getByTestId('submit').click();
  await expect(page).toHaveURL(/\/chat$/);
});
