/** One person, one conversation, all of it: a question resolved by a form, a list that is ticked, a picture, a quote, a retry, a rating. */
import { expect, test } from '../support/fixtures';
import { PICTURE } from '../support/picture';

test('a person asks, ticks, shows, quotes, asks again and judges', async ({ page, chat }) => {
  const widget = page.getByTestId('widget-item').last();
  const newest = page.getByTestId('message-answer').last();
  const completed = chat.panel.locator('.task.is-done');

  await chat.open();
  await chat.ask('add pay the rent and pay the gas bill');
  await test.step('which one is meant is chosen in a form', async () => {
    await chat.say('complete pay');
    const form = page.locator('form.questions');
    await expect(form).toBeVisible();
    await chat.idle();
    await form.getByRole('button', { name: /rent/ }).click();
    await expect(completed).toHaveText([/pay the rent/]);
    await chat.idle();
  });
  await test.step('the other one is ticked in the list', async () => {
    await chat.say('list my tasks');
    await expect(widget.getByRole('checkbox')).toHaveCount(1);
    await chat.idle();
    await widget.getByRole('checkbox').check();
    await expect(completed).toHaveCount(2);
  });
  await test.step('a picture goes with a message', async () => {
    await page.getByTestId('file-input').setInputFiles({ name: 'receipt.png', mimeType: 'image/png', buffer: PICTURE });
    await expect(page.locator('[data-testid="file"].ready')).toHaveCount(1);
    await chat.ask('add file the receipt');
    await expect(page.getByTestId('message-user').last().getByRole('img', { name: 'receipt.png' })).toBeVisible();
    await expect(chat.tasks.filter({ hasText: 'file the receipt' })).toHaveCount(1);
    await expect(chat.answers.last(), 'who cannot see says so').toContainText("can't read the attached file");
  });
  await test.step('an answer is quoted', async () => {
    await newest.hover();
    await newest.getByTestId('quote').click();
    await chat.ask('what is due tomorrow?');
    await expect(chat.users.last().locator('.quoted')).toContainText('file the receipt');
  });
  await test.step('and given anew, and rated', async () => {
    const old = await newest.getAttribute('id');
    await newest.hover();
    await newest.getByTestId('answer-again').click();
    await expect(page.locator(`[id="${old}"]`)).toHaveCount(0);
    await chat.idle();
    await newest.hover();
    await Promise.all([page.waitForResponse('**/api/chat/rate'), newest.getByTestId('rate-good').click()]);
    await expect(newest.getByTestId('rate-good')).toHaveAttribute('aria-pressed', 'true');
  });
  await test.step('all of it is there after a reload', async () => {
    const said = await chat.users.allTextContents();
    await page.reload();
    await chat.hydrated();
    expect(await chat.users.allTextContents()).toEqual(said);
    await expect(newest.getByTestId('rate-good')).toHaveAttribute('aria-pressed', 'true');
    await expect(page.locator('dl.answers')).toContainText('rent');
    await expect(page.getByRole('img', { name: 'receipt.png' })).toBeVisible();
  });
});
