/** The list of threads, and the wall between two people. */
import { expect, test } from '../support/fixtures';

test('new thread, open, rename, delete', async ({ page, chat, watch }) => {
  await chat.open();
  await chat.ask('add buy bread');
  const first = page.url();
  await chat.newThread.click();
  await expect(page).toHaveURL(/\/chat$/);
  await expect(chat.users).toHaveCount(0);
  await chat.ask('add buy eggs');
  expect(page.url()).not.toBe(first);
  await expect(chat.threads).toHaveCount(2);

  await test.step('open', async () => {
    await page.locator(`[data-testid="thread"][href="${new URL(first).pathname}"]`).click();
    await expect(page).toHaveURL(first);
    await expect(chat.users).toHaveText(['add buy bread']);
  });
  /** The row of a thread, with its menu open. */
  const menuOf = async (title: string) => {
    const row = page.getByRole('listitem').filter({ has: chat.threads.filter({ hasText: title }) });
    await row.locator('summary').click();
    return row;
  };
  await test.step('rename', async () => {
    const row = await menuOf((await chat.threads.and(page.locator('[aria-current="page"]')).innerText()).trim());
    await row.locator('input[name="title"]').fill('Groceries سبزی');
    await row.locator('input[name="title"]').press('Enter');
    await expect(chat.threads.filter({ hasText: 'Groceries سبزی' })).toHaveCount(1);
    await page.reload();
    await chat.hydrated();
    await expect(chat.threads.filter({ hasText: 'Groceries سبزی' })).toHaveCount(1);
  });
  await test.step('delete', async () => {
    // A hint may come before the answer: the page then looks at a thread that is gone.
    watch.allow(/status of 404/);
    const row = await menuOf('Groceries سبزی');
    await row.locator('form[action$="/chat/delete"] button').click();
    await page.getByTestId('confirm').filter({ visible: true }).click();
    await expect(page, 'the open thread is gone').toHaveURL(/\/chat$/);
    await expect(chat.threads).toHaveCount(1);
    await page.reload();
    await chat.hydrated();
    await expect(chat.threads).toHaveCount(1);
    await expect(chat.tasks, 'tasks stay').toHaveCount(2);
  });
});

test('two people see nothing of each other', async ({ page, chat, another }) => {
  await chat.open();
  await chat.ask('add secret-of-the-first');
  const url = page.url();
  await expect(chat.tasks.filter({ hasText: 'secret-of-the-first' })).toHaveCount(1);

  const other = await another();
  await other.chat.open();
  await expect(other.chat.threads).toHaveCount(0);
  await expect(other.chat.tasks).toHaveCount(0);

  const theirs = await other.context.request.get(url);
  const none = await other.context.request.get(url.replace(/thr_[0-9a-f]+/, `thr_${'0'.repeat(31)}7`));
  expect(await theirs.text()).not.toContain('secret-of-the-first');
  expect(theirs.status(), 'as if it did not exist').toBe(none.status());
  expect(theirs.status()).toBe(404);

  await other.page.goto('/tasks');
  await other.chat.hydrated();
  await expect(other.page.locator('body')).not.toContainText('secret-of-the-first');
  await other.chat.open();
  await other.chat.ask('list my tasks');
  await expect(other.chat.answers.last()).not.toContainText('secret-of-the-first');
});

test('signed out, nothing is shown', async ({ page, chat, context }) => {
  await chat.open();
  await chat.ask('add secret-of-mine');
  const url = page.url();
  // An open page would go to the sign-in by itself meanwhile.
  await page.goto('about:blank');
  await context.clearCookies();
  const response = await context.request.get(url);
  expect(await response.text()).not.toContain('secret-of-mine');
  await page.goto(url);
  await expect(page).toHaveURL(/\/sign-in/);
});
