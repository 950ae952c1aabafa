/** A message in each of the three ways of writing, answered by the built-in assistant. */
import { expect, test } from '../support/fixtures';

const messages = [
  { name: 'English', text: 'remind me to call Ahmed tomorrow at 5pm', task: /Ahmed/, time: /5:00|17:00/ },
  { name: 'Roman Urdu', text: 'kal subah 9 baje meeting hai', task: /meeting/i, time: /9:00|09:00/ },
  { name: 'Urdu', text: 'مجھے سبزی لانی ہے', task: /سبزی/, time: undefined },
];

for (const { name, text, task, time } of messages) {
  test(`${name}: the answer comes, and the task appears`, async ({ page, chat }) => {
    await chat.open();
    await chat.ask(text);
    const row = chat.tasks.filter({ hasText: task });
    await expect(row).toHaveCount(1);
    await expect(row).toBeVisible();
    if (time) await expect(row).toContainText(time);
    await expect(chat.steps.first()).toBeVisible();

    // The thread has got a title by itself, and stands in the list.
    await expect(chat.threads.first()).not.toBeEmpty();
    const answer = await chat.answers.last().innerText();

    await page.reload();
    await chat.hydrated();
    await expect(chat.users).toHaveText([text]);
    expect(await chat.answers.last().innerText()).toBe(answer);
    await expect(chat.tasks.filter({ hasText: task })).toHaveCount(1);
  });
}

test('a task is completed and deleted in words', async ({ chat }) => {
  await chat.open();
  await chat.ask('add buy milk');
  await expect(chat.tasks.filter({ hasText: 'milk' })).toHaveCount(1);
  await chat.ask('I bought the milk, mark buy milk as done');
  await expect(chat.tasks.filter({ hasText: 'milk' }).getByRole('checkbox', { checked: true })).toHaveCount(1);
  await chat.ask('delete buy milk');
  await expect(chat.tasks.filter({ hasText: 'milk' })).toHaveCount(0);
});

test('a message is shown as it was written, never as markup', async ({ page, chat }) => {
  const text = '<img src=x onerror="document.title=1"> **add** <script>document.title=2</script> سبزی';
  await chat.open();
  await chat.ask(text);
  await expect(chat.users.last()).toContainText(text);
  await page.reload();
  await chat.hydrated();
  await expect(chat.users.last()).toContainText(text);
  expect(await page.title()).not.toMatch(/^[12]$/);
});

test('an empty or blank message is not sent', async ({ page, chat }) => {
  await chat.open();
  for (const text of ['', '   \n  ']) {
    await chat.composer.fill(text);
    await chat.composer.press('Enter');
  }
  await expect(chat.users).toHaveCount(0);
  await expect(page).toHaveURL(/\/chat$/);
});

test('a task is ticked, opened again and deleted by hand', async ({ page, chat }) => {
  await chat.open();
  await chat.ask('add buy milk');
  const task = chat.tasks.filter({ hasText: 'milk' });
  const tick = task.getByRole('checkbox');
  for (const done of [true, false]) {
    // A reload would break off what is still on its way.
    const kept = page.waitForResponse(/\/api\/tasks\/set-done/);
    await tick.click();
    await kept;
    await expect(tick).toBeChecked({ checked: done });
    await expect(page.getByTestId(done ? 'completed' : 'pending').getByTestId('task')).toHaveCount(1);
    // What is shown at once is also what the server keeps.
    await page.reload();
    await chat.hydrated();
    await expect(tick).toBeChecked({ checked: done });
  }
  await task.getByTestId('delete-task').click();
  const kept = page.waitForResponse(/\/api\/tasks\/delete/);
  await page.getByTestId('confirm').filter({ visible: true }).click();
  await kept;
  await expect(task).toHaveCount(0);
  await page.reload();
  await chat.hydrated();
  await expect(task).toHaveCount(0);
});
