/** The line for a new task: by keyboard, in two languages, taken back, without a connection, on a phone. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, setAppearance, test } from '../support/fixtures';

/** The line, and what is said of the last task. */
const line = (page: Page) => ({
  field: page.getByTestId('new-task'),
  add: page.getByTestId('add-task'),
  said: page.getByTestId('added'),
  undo: page.getByTestId('undo-add'),
  problem: page.locator('.problem'),
  pending: page.getByTestId('pending').getByTestId('task'),
});

async function axe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`), 'axe').toEqual([]);
}

test('by keyboard: a task is added, its date is said in full, and it is taken back', async ({ page, chat }) => {
  await chat.open('/tasks');
  const { field, said, undo, pending } = line(page);
  await expect(undo).toBeHidden();
  await field.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('delete old photos');
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('');
  await expect(pending, 'nothing was sent').toHaveCount(0);

  await page.keyboard.type('Buy milk tomorrow 5pm');
  await page.keyboard.press('Enter');
  await expect(pending).toHaveCount(1);
  await expect(pending.locator('.task-title')).toHaveText('Buy milk');
  await expect(pending.locator('time')).toHaveText('Tomorrow, 5:00 PM');
  await expect(said).toHaveText(/^Added: \u2068Buy milk\u2069, [A-Z][a-z]+day, \d+ [A-Z][a-z]+ \d{4}, 5:00 PM$/);
  await expect(field).toHaveValue('');
  await expect(field).toBeFocused();

  await page.keyboard.type('milk is bought');
  await page.keyboard.press('Enter');
  await expect(pending).toHaveCount(2);
  await expect(page.getByTestId('completed').getByTestId('task')).toHaveCount(0);
  await expect(said).toContainText('milk is bought');
  await axe(page);

  // From the field past "Add" to "Undo".
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(undo).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(pending.locator('.task-title')).toHaveText(['Buy milk']);
  await expect(said).toHaveText('Taken back.');
  await expect(undo).toBeHidden();
  await expect(field).toBeFocused();
  await page.reload();
  await expect(pending.locator('.task-title')).toHaveText(['Buy milk']);
});

test('beside the chat in Urdu', async ({ page, chat, context, server }) => {
  await setAppearance(context, server.url, 'ur', 'dark');
  await chat.open();
  const { field, said, undo, pending } = line(page);
  await field.fill('کل صبح دودھ لانا');
  await field.press('Enter');
  await expect(pending.locator('.task-title')).toHaveText('دودھ لانا');
  await expect(said).toHaveText(/^شامل ہو گیا: \u2068دودھ لانا\u2069، .+، \d+ .+ \d{4}، صبح 9 بجے$/);
  await expect(field).toHaveCSS('direction', 'rtl');
  await field.fill('call Ali');
  await expect(field, 'what is typed has its own direction').toHaveCSS('direction', 'ltr');
  await axe(page);
  await undo.click();
  await expect(pending).toHaveCount(0);
  await expect(said).toHaveText('واپس لے لیا گیا۔');
});

test('what cannot be sent stays in the field, and what was sent twice is one task', async ({ page, chat, watch }) => {
  watch.allow(/Failed to load resource|ERR_|status of 422/);
  await chat.open('/tasks');
  const { field, add, problem, pending } = line(page);
  const long = 'x'.repeat(501);
  await field.fill(long);
  await field.press('Enter');
  await expect(problem).toHaveText('That is too long. Please shorten it.');
  await expect(field).toHaveValue(long);

  await page.route('**/api/tasks/add', (route) => route.abort(), { times: 1 });
  await field.fill('Buy bread');
  await field.press('Enter');
  await expect(problem).toContainText('The server could not be reached');
  await expect(field).toHaveValue('Buy bread');
  await expect(pending).toHaveCount(0);

  // The server has it, but its answer is lost.
  await page.route(
    '**/api/tasks/add',
    async (route) => {
      await route.fetch({ headers: { ...route.request().headers(), origin: new URL(page.url()).origin } });
      await route.abort();
    },
    { times: 1 },
  );
  await field.press('Enter');
  await expect(pending).toHaveCount(1);
  await expect(problem).toBeVisible();
  await expect(field).toHaveValue('Buy bread');
  await field.press('Enter');
  await expect(problem).toBeHidden();
  await expect(field).toHaveValue('');
  await expect(pending).toHaveCount(1);

  await field.fill('Buy eggs');
  await add.dblclick();
  await expect(field).toHaveValue('');
  await expect(pending).toHaveCount(2);
  await page.reload();
  await expect(pending).toHaveCount(2);
});

test('on a phone', async ({ another }) => {
  const { page, chat } = await another({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await chat.open();
  const { field, add, said, pending } = line(page);
  await expect(field).toBeHidden();
  await page.getByRole('button', { name: 'Show tasks' }).filter({ visible: true }).click();
  await field.fill('gym every Monday');
  await field.press('Escape');
  await expect(field, 'the first Escape empties the field').toHaveValue('');
  await expect(field, 'and leaves the panel open').toBeVisible();
  await field.fill('gym every Monday');
  await add.click();
  await expect(pending.locator('.task-title')).toHaveText('gym');
  await expect(pending.getByTestId('repeats')).toBeVisible();
  await expect(said).toContainText('Monday');
  for (const part of [field, add]) {
    const box = await part.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 360, 'within the screen').toBe(true);
  }
  await axe(page);
});

test('what is taken for a date is shown while one types, and given back by one press', async ({ page, chat }) => {
  await chat.open('/tasks');
  const { field, pending, said } = line(page);
  const taken = page.getByTestId('taken');
  await field.pressSequentially('Buy milk tomorrow 5pm');
  await expect(taken.filter({ hasText: 'tomorrow' })).toHaveCount(1);
  await expect(taken.first()).toHaveAccessibleName(/put it into the title/);
  const before = await taken.count();
  await axe(page);
  await taken.first().focus();
  await page.keyboard.press('Enter');
  await expect(taken).toHaveCount(before - 1);
  await expect(field).toBeFocused();
  await expect(field, 'the text stays').toHaveValue('Buy milk tomorrow 5pm');
  for (let left = await taken.count(); left > 0; left -= 1) {
    await taken.first().click();
    await expect(taken).toHaveCount(left - 1);
  }
  await field.press('Enter');
  await expect(pending.locator('.task-title')).toHaveText('Buy milk tomorrow 5pm');
  await expect(pending.locator('time')).toHaveCount(0);
  await expect(said).toContainText('Added');
  await expect(taken).toHaveCount(0);
});

test('several pasted lines are several tasks after one question, taken back at once', async ({ page, chat }) => {
  await chat.open('/tasks');
  const { field, pending, undo, said } = line(page);
  const paste = (text: string) =>
    field.evaluate((field, text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, text);
  const question = page.getByRole('dialog').filter({ visible: true });
  await paste('Buy milk\n- [ ] Call Ahmed tomorrow 5pm\nہر پیر کو جم');
  await expect(question).toContainText('Add \u20683\u2069 tasks?'.replaceAll(/[\u2068\u2069]/g, ''));
  await expect(question.getByRole('listitem')).toHaveCount(3);
  await axe(page);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(pending).toHaveCount(0);
  await paste('Buy milk\n- [ ] Call Ahmed tomorrow 5pm\nہر پیر کو جم');
  await question.getByTestId('confirm').click();
  await expect(pending).toHaveCount(3);
  await expect(pending.filter({ hasText: 'Call Ahmed' }).locator('time')).toHaveText('Tomorrow, 5:00 PM');
  await expect(pending.filter({ hasText: 'جم' }).getByTestId('repeats')).toBeVisible();
  await expect(said).toContainText('3 tasks');
  await undo.click();
  await expect(pending).toHaveCount(0);
});
