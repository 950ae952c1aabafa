/** The first hour of somebody with much to do, as they live it: one account, one browser, the built-in assistant. */
import { addTasks, expect, test } from '../support/fixtures';

test('the first hour', async ({ page, chat, context, server, watch }) => {
  test.setTimeout(240_000);
  watch.allow(/Failed to load resource|ERR_|network error|status of 404/);
  const pending = page.getByTestId('pending').getByTestId('task');
  const completed = page.getByTestId('completed').getByTestId('task');
  const count = page.locator('#tasks-pending .count');
  const undo = page.getByTestId('toast-undo');
  const widget = page.getByTestId('widget-item').last();
  const row = (title: string) => widget.locator('.w-entry', { hasText: title });
  const form = page.locator('form.questions');

  await test.step('300 tasks', async () => {
    await addTasks(context, server.url, Array.from({ length: 296 }, (_, at) => `errand ${String(at + 1).padStart(3, '0')}`));
    await addTasks(context, server.url, ['pay the rent tomorrow', 'pay the gas bill tomorrow', 'salt & pepper tomorrow', 'دودھ لینا tomorrow']);
    await chat.open();
    await expect(count).toHaveText('300');
    await page.getByTestId('new-task').fill('call the plumber');
    await page.getByTestId('new-task').press('Enter');
    await expect(pending.first()).toContainText('call the plumber');
    await expect(count).toHaveText('301');
  });

  await test.step('ticks in an answer', async () => {
    await chat.say('what is due tomorrow');
    await expect(row('rent')).toBeVisible();
    await chat.idle();
    await row('salt').getByRole('checkbox').check();
    await expect(completed).toHaveCount(1);
    for (const title of ['rent', 'gas bill', 'دودھ']) await expect(row(title).getByRole('checkbox')).not.toBeChecked();
    await expect(count).toHaveText('300');
  });

  await test.step('a question that is answered, by one press', async () => {
    await chat.say('complete pay');
    await expect(form).toBeVisible();
    await chat.idle();
    await form.getByTestId('form-option').filter({ hasText: 'gas bill' }).click();
    await expect(form).toHaveCount(0);
    await chat.idle();
    await expect(completed).toHaveCount(2);
    await expect(completed.filter({ hasText: 'gas bill' })).toHaveCount(1);
  });

  await test.step('a question that is not', async () => {
    await page.getByTestId('new-task').fill('pay the school fees tomorrow');
    await page.getByTestId('new-task').press('Enter');
    await expect(pending.filter({ hasText: 'school fees' })).toHaveCount(1);
    await chat.say('complete pay');
    await expect(form).toBeVisible();
    await chat.idle();
    await chat.ask('add buy stamps');
    await expect(pending.filter({ hasText: /pay the/ }), 'nothing was done to them').toHaveCount(2);
    await expect(form, 'nobody asks any more').toHaveCount(0);
  });

  await test.step('a double-click, and the way back', async () => {
    const before = Number(await count.innerText());
    await pending.filter({ hasText: 'errand 002' }).getByRole('checkbox').dblclick();
    await expect(completed.filter({ hasText: 'errand 002' })).toHaveCount(1);
    await expect(undo).toBeVisible();
    await expect(count).toHaveText(String(before - 1));
    await undo.click();
    await expect(count).toHaveText(String(before));
    await pending.filter({ hasText: 'errand 003' }).getByTestId('delete-task').click();
    await page.getByTestId('confirm').click();
    await expect(count).toHaveText(String(before - 1));
    await page.locator('#tasks-title').focus();
    await page.keyboard.press('ControlOrMeta+z');
    await expect(count).toHaveText(String(before));
  });

  await test.step('scrolling up while an answer is written', async () => {
    const box = page.locator('.chat .scroller');
    await chat.say('show my tasks');
    await expect(chat.answers.last()).not.toBeEmpty();
    await box.hover({ position: { x: 200, y: 60 } });
    await page.mouse.wheel(0, -240);
    await expect(page.getByRole('button', { name: 'Jump to the newest' })).toBeVisible();
    await chat.idle();
    expect(await box.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight)).toBeGreaterThan(0);
  });

  await test.step('without a connection, and back', async () => {
    const url = page.url();
    await chat.composer.fill('buy tea');
    await context.setOffline(true);
    await page.locator('a[href="/tasks"]').filter({ visible: true }).first().click();
    await expect(page.getByTestId('unknown-tasks')).toBeVisible();
    await context.setOffline(false);
    await expect(pending.first()).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await chat.threads.first().click();
    await expect(page).toHaveURL(url);
    await expect(chat.composer, 'what was being written').toHaveValue('buy tea');
  });
});
