/** Signing up, in and out. */
import { expect, PASSWORD, signUp, test } from '../support/fixtures';

test('sign up, out and in again by the forms', async ({ page, server, watch, context }) => {
  // The browser tells in the console that the password was wrong.
  watch.allow(/status of 401/);
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in/);
  const email = `forms${process.pid}@example.com`;

  await page.goto('/sign-up');
  await expect(page.locator('body[data-hydrated="true"]')).toBeAttached();
  await page.locator('input[name="name"]').fill('Bilal');
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.getByTestId('submit').click();
  await expect(page).toHaveURL(/\/chat$/);
  const cookies = await context.cookies();
  const session = cookies.find((cookie) => cookie.name.includes('session'));
  expect(session, 'a session cookie that scripts cannot read').toMatchObject({ httpOnly: true, sameSite: 'Lax' });

  // Signing out is a form of its own, wherever the page has it.
  // An open page that notices that its session has ended goes to the sign-in by itself, which the next step must not meet.
  await page.goto('about:blank');
  const signOut = await context.request.post(`${server.url}/api/account/sign-out`, { headers: { origin: server.url, accept: 'text/html' }, maxRedirects: 0 });
  expect([302, 303]).toContain(signOut.status());
  await page.goto('/chat');
  await expect(page).toHaveURL(/\/sign-in/);

  await expect(page.locator('body[data-hydrated="true"]')).toBeAttached();
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill('not the password');
  await page.getByTestId('submit').click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page).toHaveURL(/\/sign-in/);

  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.getByTestId('submit').click();
  await expect(page).toHaveURL(/\/chat$/);
  const again = (await context.cookies()).find((cookie) => cookie.name === session?.name);
  expect(again?.value, 'a new session id at sign-in').not.toBe(session?.value);
});

test('the sign-out button of the page signs out', async ({ page, chat }) => {
  // What the page asks for by itself must not be under way when the session ends.
  const listed = page.waitForResponse('**/api/chat/threads');
  await chat.open('/settings');
  await listed;
  await page.locator('form[action*="sign-out"] button').first().click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto('/chat');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('the next person in the same browser sees nothing of the one before', async ({ page, chat, context, server }) => {
  const listed = page.waitForResponse('**/api/chat/threads');
  await chat.open();
  await listed;
  await chat.composer.fill('a secret draft');
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain('a secret draft');
  await page.locator('form[action*="sign-out"] button').first().click();
  await page.getByRole('dialog').getByTestId('confirm').click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('secret');
  await signUp(context, server.url);
  await chat.open();
  await expect(chat.composer).toHaveText('');
  expect(await page.content()).not.toContain('secret');
  await page.goBack();
  expect(await page.content()).not.toContain('secret');
});

test('an unknown address and a wrong password get the same answer', async ({ context, server, person }) => {
  const attempt = async (email: string) => {
    const response = await context.request.post(`${server.url}/api/account/sign-in`, {
      form: { email, password: 'not the password' },
      headers: { origin: server.url },
      maxRedirects: 0,
    });
    return { status: response.status(), body: (await response.text()).replaceAll(/[0-9a-f-]{32,36}/g, 'ID') };
  };
  expect(await attempt('nobody@example.com')).toEqual(await attempt(person.email));
});

test('a request from a foreign page is refused', async ({ context, server, person }) => {
  void person;
  const response = await context.request.post(`${server.url}/api/account/sign-out`, {
    headers: { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
    maxRedirects: 0,
  });
  expect(response.status()).toBe(403);
  expect((await context.request.get(`${server.url}/chat`, { maxRedirects: 0 })).status(), 'still signed in').toBe(200);
});
