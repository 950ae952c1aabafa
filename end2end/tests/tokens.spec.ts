/** API tokens on the settings page: made, shown once, used from outside, revoked. */
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';

/** Fills the form and sends it; gives the token that is shown. */
async function make(page: Page, name: string): Promise<string> {
  await page.goto('/settings');
  await page.locator('#token-name').fill(name);
  await page.locator('input[name="delete"]').check();
  await page.getByTestId('token-add').click();
  await expect(page).toHaveURL(/\/settings#tokens$/);
  const value = page.getByTestId('token-value');
  await expect(value).toHaveText(/^kaam_[A-Za-z0-9_-]{43}$/);
  return (await value.innerText()).trim();
}

async function add(url: string, token: string, title: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/v1/tools/add_task`, { method: 'POST', headers, body: JSON.stringify({ title, due: 'tomorrow' }) });
  return response.status;
}

test('a token is made, copied once, used and revoked', async ({ page, context, server, person }) => {
  void person;
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  const token = await make(page, 'Laptop');
  await expect(page.getByTestId('setup').first(), 'the set-up has the new token in it').toContainText(token);
  await expect(page.locator('body[data-hydrated="true"]')).toBeAttached();
  await page.locator('.token-new .copy').click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  await page.reload();
  await expect(page.getByTestId('tokens')).toContainText('Laptop');
  await expect(page.getByTestId('token-value')).toHaveCount(0);
  await expect(page.locator('body')).not.toContainText(token);

  expect(await add(server.url, token, 'From a script')).toBe(200);
  await page.goto('/tasks');
  await expect(page.getByTestId('pending')).toContainText('From a script');
  await page.goto('/settings');
  const row = page.getByTestId('token');
  await expect(row).toContainText('last used: Today');
  await row.getByText('Last calls').click();
  await expect(row).toContainText('add_task');

  await row.getByText('Revoke…').click();
  await row.getByTestId('revoke').click();
  await expect(page.getByTestId('token')).toHaveCount(0);
  expect(await add(server.url, token, 'Too late')).toBe(401);
});

test('a token without a purpose is not made, and the form says so', async ({ page, person }) => {
  void person;
  await page.goto('/settings');
  await page.locator('#token-name').fill('   ');
  await page.getByTestId('token-add').click();
  await expect(page.locator('#tokens').getByRole('alert')).toBeVisible();
  await expect(page.getByRole('alert'), 'told once, where it belongs').toHaveCount(1);
});

test('in Urdu the card is in Urdu and the token still reads from the left', async ({ page, context, server, person }) => {
  void person;
  await context.addCookies([{ name: 'kaam_locale', value: 'ur', url: server.url }]);
  await make(page, 'لیپ ٹاپ');
  await expect(page.locator('#tokens-title')).toHaveText('API ٹوکن');
  await expect(page.getByTestId('token-value')).toHaveAttribute('dir', 'ltr');
  await expect(page.getByTestId('tokens')).toContainText('لیپ ٹاپ');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('all of it works by plain forms', async ({ page, server, person }) => {
    void person;
    const token = await make(page, 'Script');
    expect(await add(server.url, token, 'By a form’s token')).toBe(200);
    await page.goto('/settings');
    await expect(page.getByTestId('token-value')).toHaveCount(0);
    await page.getByTestId('token').getByText('Revoke…').click();
    await page.getByTestId('revoke').click();
    await expect(page.getByTestId('token')).toHaveCount(0);
    expect(await add(server.url, token, 'Too late')).toBe(401);
  });
});
