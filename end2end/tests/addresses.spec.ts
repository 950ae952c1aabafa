/** Addresses where nothing is, or that are written otherwise. */
import { expect, setAppearance, test } from '../support/fixtures';

for (const locale of ['en', 'ur'] as const) {
  test(`an unknown address is a page of Kaam: ${locale}`, async ({ page, chat, context, server, watch }) => {
    watch.allow(/status of 404/);
    await setAppearance(context, server.url, locale, 'light');
    const response = await page.goto('/no/such-page');
    expect(response?.status()).toBe(404);
    expect(response?.headers()['content-security-policy']).toContain("default-src 'self'");
    await chat.hydrated();
    await expect(page.locator('html')).toHaveAttribute('lang', locale);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(locale === 'en' ? 'Page not found' : 'صفحہ نہیں ملا');
    await expect(chat.newThread, 'the menu is there').toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await page.getByRole('link', { name: locale === 'en' ? 'To the chat' : 'گفتگو پر جائیں' }).click();
    await expect(page).toHaveURL(/\/chat$/);
    await expect(chat.composer).toBeVisible();
  });
}

test('also for somebody who is not signed in, and for programs it is a status alone', async ({ page, context, server, watch }) => {
  watch.allow(/status of 404/);
  const response = await page.goto('/no-such-page');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
  await page.getByRole('link', { name: 'To the chat' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  const program = await context.request.get(`${server.url}/no-such-page`, { headers: { accept: 'application/json' } });
  expect([program.status(), await program.text()]).toEqual([404, '']);
});

test('a slash at the end is the same address', async ({ page, chat, context, server }) => {
  for (const path of ['/tasks', '/chat', '/settings']) {
    await chat.open(`${path}/?a=b`);
    await expect(page).toHaveURL(`${server.url}${path}?a=b`);
  }
  const away = await context.request.get(`${server.url}//evil.example/`, { headers: { accept: 'text/html' }, maxRedirects: 0 });
  expect(away.status(), 'leads nowhere else').toBe(404);
});
