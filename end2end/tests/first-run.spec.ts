/** A fresh machine: the set-up link, the first account, a task; then the process is killed, and everything is still there. */
import { test as base, Chat, expect, openContext, PASSWORD } from '../support/fixtures';
import { Kaam } from '../support/servers';
import { Watch } from '../support/watch';

// A server of its own: the others take sign-ups from everybody.
const test = base.extend<{ fresh: Kaam }>({
  fresh: [
    async ({}, use) => {
      const kaam = await Kaam.start('offline', { KAAM_SIGN_UP: 'setup' });
      await use(kaam);
      await kaam.stop();
    },
    { timeout: 60_000 },
  ],
});

test('the set-up link makes the first account, and kill -9 loses nothing', async ({ browser, fresh }) => {
  test.setTimeout(120_000);
  const watch = new Watch(fresh.url);
  const context = await openContext(browser, fresh.url, watch);
  const page = await context.newPage();
  const chat = new Chat(page);

  await test.step('without the link there is no form', async () => {
    await chat.open('/sign-up');
    await expect(page.locator('input[name="password"]')).toHaveCount(0);
  });

  await test.step('with it there is one', async () => {
    await page.goto(fresh.setUpLink());
    await chat.hydrated();
    await page.locator('input[name="name"]').fill('Ayesha');
    await page.locator('input[name="email"]').fill('ayesha@example.com');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.getByTestId('submit').click();
    await expect(page).toHaveURL(/\/chat$/);
  });

  await test.step('the link works once', async () => {
    const stranger = await openContext(browser, fresh.url, watch);
    const door = await stranger.newPage();
    await door.goto(fresh.setUpLink());
    await new Chat(door).hydrated();
    await expect(door.locator('input[name="password"]')).toHaveCount(0);
    await stranger.close();
  });

  await chat.hydrated();
  await chat.ask('remind me to call Ahmed tomorrow at 5pm');
  await expect(chat.tasks.filter({ hasText: 'Ahmed' })).toBeVisible();
  const url = page.url();
  const answer = await chat.answers.last().innerText();

  await test.step('kill -9, and start again', async () => {
    // The stream of the open page ends with the server.
    watch.allow(/Failed to load resource|ERR_|network error/);
    await fresh.kill('SIGKILL');
    await fresh.run();
    await page.goto(url);
    await chat.hydrated();
    await expect(chat.users.last()).toContainText('call Ahmed');
    expect(await chat.answers.last().innerText()).toBe(answer);
    await expect(chat.tasks.filter({ hasText: 'Ahmed' })).toBeVisible();
    await expect(chat.threads.first()).toBeVisible();
  });

  await test.step('the assistant finds the task', async () => {
    await chat.ask('list my tasks');
    await expect(chat.answers.last(), 'what the list shows is not read out').toContainText('You have 1 task');
    await expect(page.getByTestId('widget-item').last()).toContainText('Ahmed');
  });

  await test.step('a command of the binary joins the running server', async () => {
    expect(await fresh.command(['user', 'list'])).toContain('ayesha@example.com');
  });
  expect(watch.unexpected()).toEqual([]);
  await context.close();
});
