/** Without JavaScript: sign in, read, write, add and tick a task. */
import { expect, test } from '../support/fixtures';

test.use({ javaScriptEnabled: false });

test('everything that matters works by plain forms', async ({ page, context, server, person }) => {
  await context.clearCookies();
  await page.goto('/sign-in');
  await page.locator('input[name="email"]').fill(person.email);
  await page.locator('input[name="password"]').fill('wrong wrong wrong');
  await page.getByTestId('submit').click();
  await expect(page.getByRole('alert'), 'a wrong password is told').toBeVisible();
  await page.locator('input[name="email"]').fill(person.email);
  await page.locator('input[name="password"]').fill(person.password);
  await page.getByTestId('submit').click();
  await expect(page).toHaveURL(`${server.url}/chat`);

  await page.getByTestId('composer').fill('add water the plants');
  await page.getByTestId('send').click();
  await expect(page).toHaveURL(/\/chat\/thr_/);
  await expect(page.getByTestId('message-user').locator('.bubble')).toHaveText(['add water the plants']);
  await expect(page.getByTestId('message-answer')).toHaveCount(1);
  await expect(page.getByTestId('message-answer').locator('.prose')).not.toBeEmpty();

  await page.getByTestId('composer').fill('مجھے سبزی لانی ہے');
  await page.getByTestId('send').click();
  await expect(page.getByTestId('message-user')).toHaveCount(2);
  await expect(page.getByTestId('message-answer')).toHaveCount(2);

  const tasks = page.getByTestId('task');
  await expect(tasks.filter({ hasText: 'water the plants' })).toHaveCount(1);
  await expect(tasks.filter({ hasText: 'سبزی' })).toHaveCount(1);
  await tasks.filter({ hasText: 'water the plants' }).locator('form[action*="set-done"] button').click();
  await expect(page).toHaveURL(/\/(chat|tasks)/);
  await page.goto('/tasks');
  await expect(tasks.filter({ hasText: 'water the plants' }).getByRole('checkbox', { checked: true })).toHaveCount(1);

  await page.getByTestId('new-task').fill('کل صبح دودھ لانا');
  await page.getByTestId('add-task').click();
  await expect(page).toHaveURL(`${server.url}/tasks`);
  await expect(tasks.filter({ hasText: 'دودھ لانا' }).locator('time')).toHaveText('Tomorrow, 9:00 AM');
  await page.getByTestId('new-task').fill('   ');
  await page.getByTestId('add-task').click();
  await expect(page.getByRole('alert')).toHaveText('Please write something first.');
});
