/** The lists of tasks: long ones, by mouse and by keyboard, and without a connection. */
import type { Page } from '@playwright/test';
import { addTasks, expect, setAppearance, test } from '../support/fixtures';

const list = (page: Page) => ({
  pending: page.getByTestId('pending').getByTestId('task'),
  completed: page.getByTestId('completed').getByTestId('task'),
  count: page.locator('#tasks-pending .count'),
  field: page.getByTestId('new-task'),
  more: page.getByTestId('more-pending'),
  toast: page.getByTestId('toast'),
  tick: (title: string) => page.getByRole('checkbox', { name: new RegExp(title) }),
});

test('300 tasks: the count is true, all are reached by scrolling, and a new one is seen', async ({ page, chat, context, server }) => {
  await addTasks(context, server.url, Array.from({ length: 300 }, (_, at) => `errand ${String(at + 1).padStart(3, '0')}`));
  await chat.open('/tasks');
  const { pending, count, field, more, completed } = list(page);
  await expect(count).toHaveText('300');
  await expect(pending).toHaveCount(200);

  await test.step('an undated one, which belongs behind all others', async () => {
    await field.fill('water the ficus');
    await field.press('Enter');
    await expect(pending.first()).toContainText('water the ficus');
    await expect(pending.first()).toBeInViewport();
    await expect(count).toHaveText('301');
  });
  await test.step('the rest comes by scrolling', async () => {
    await more.scrollIntoViewIfNeeded();
    await expect(pending).toHaveCount(301);
    await expect(more).toHaveCount(0);
    const titles = await pending.locator('.task-title').allInnerTexts();
    expect(new Set(titles).size).toBe(301);
  });
  await test.step('and stays when something changes', async () => {
    await pending.filter({ hasText: 'errand 290' }).getByRole('checkbox').click();
    await expect(completed).toHaveCount(1);
    await expect(count).toHaveText('300');
    await expect(pending).toHaveCount(300);
    await addTasks(context, server.url, ['from elsewhere']);
    await expect(count).toHaveText('301');
    await expect(pending).toHaveCount(301);
  });
  await test.step('beside the chat, too', async () => {
    await chat.open();
    await expect(count).toHaveText('301');
    await more.scrollIntoViewIfNeeded();
    await expect(pending).toHaveCount(301);
  });
});

test('a double-click completes one task', async ({ page, chat, context, server }) => {
  await addTasks(context, server.url, ['alpha', 'bravo', 'charlie', 'delta']);
  await chat.open('/tasks');
  const { pending, completed, tick } = list(page);
  const changed: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/tasks/set-done')) changed.push(request.postData() ?? '');
  });
  // As a hand does it: the second click comes when the next row has taken the place.
  const box = await tick('bravo').boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  await page.mouse.move(x, y);
  await page.mouse.down({ clickCount: 1 });
  await page.mouse.up({ clickCount: 1 });
  await expect(completed).toHaveCount(1);
  await expect.poll(() => page.evaluate(([x, y]) => document.elementFromPoint(x ?? 0, y ?? 0)?.closest('.task')?.textContent, [x, y])).toContain('charlie');
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await expect(pending).toHaveCount(3);
  // A tick that is meant goes through.
  await tick('delta').click();
  await expect(pending.locator('.task-title')).toHaveText(['alpha', 'charlie']);
  expect(changed).toHaveLength(2);
});

test('by keyboard, a tick is said, and the focus goes to the next task', async ({ page, chat, context, server }) => {
  await addTasks(context, server.url, Array.from({ length: 60 }, (_, at) => `errand ${String(at + 1).padStart(2, '0')}`));
  await chat.open('/tasks');
  const { tick, toast, completed } = list(page);
  await tick('errand 40').focus();
  const top = () => page.locator('main').evaluate((main) => main.scrollTop);
  const before = await top();
  expect(before).toBeGreaterThan(0);
  for (const n of [40, 41, 42]) {
    await page.keyboard.press('Space');
    await expect(toast).toContainText(`Done: \u2068errand ${n}`);
    await expect(tick(`errand ${n + 1}`)).toBeFocused();
  }
  await expect(completed).toHaveCount(3);
  expect(Math.abs((await top()) - before), 'the list stays where it is').toBeLessThan(200);
  await expect(toast).toHaveRole('status');

  await test.step('from the last one, to the one before', async () => {
    await tick('errand 60').focus();
    await page.keyboard.press('Space');
    await expect(tick('errand 59')).toBeFocused();
  });
});

for (const locale of ['en', 'ur'] as const) {
  test(`without a connection nobody knows what there is to do; it comes by itself: ${locale}`, async ({ page, chat, context, server, watch }) => {
    watch.allow(/Failed to load resource|ERR_/);
    await setAppearance(context, server.url, locale, 'light');
    await addTasks(context, server.url, ['buy milk']);
    await chat.open('/settings');
    await context.setOffline(true);
    await page.locator('a[href="/tasks"]').filter({ visible: true }).first().click();
    await expect(page).toHaveURL(/\/tasks$/);
    const unknown = page.getByTestId('unknown-tasks');
    await expect(unknown).toContainText(locale === 'en' ? 'cannot be shown now' : 'دکھائے نہیں جا سکتے');
    await expect(page.getByTestId('no-tasks')).toHaveCount(0);
    await expect(page.locator('.count')).toHaveCount(0);
    await expect(chat.panel.getByRole('alert')).toBeVisible();
    await context.setOffline(false);
    await expect(list(page).pending).toHaveCount(1);
    await expect(unknown).toHaveCount(0);
    await expect(page.getByRole('alert'), 'the banner goes by itself').toHaveCount(0);
  });
}

for (const path of ['/tasks', '/chat']) {
  test(`what was done is taken back: ${path}`, async ({ page, chat, context, server }) => {
    await addTasks(context, server.url, ['alpha tomorrow', 'bravo every Monday', 'charlie']);
    await chat.open(path);
    const { pending, completed, tick, toast, field } = list(page);
    const undo = page.getByTestId('toast-undo');
    const titles = pending.locator('.task-title');
    await expect(titles).toHaveText(['alpha', 'bravo', 'charlie']);

    await test.step('a tick, by the toast and the keyboard', async () => {
      await tick('bravo').click();
      await expect(toast).toHaveText('Done: \u2068bravo\u2069');
      await expect(completed).toHaveCount(1);
      await undo.focus();
      await page.keyboard.press('Enter');
      await expect(toast).toHaveText('Taken back: \u2068bravo\u2069');
      await expect(completed).toHaveCount(0);
      await expect(titles, 'the next of those that come back is gone, too').toHaveText(['alpha', 'bravo', 'charlie']);
      await expect(undo).toHaveCount(0);
    });
    await test.step('a deletion, by the toast', async () => {
      await pending.filter({ hasText: 'alpha' }).getByTestId('delete-task').click();
      await page.getByTestId('confirm').click();
      await expect(titles).toHaveText(['bravo', 'charlie']);
      await expect(toast).toHaveText('Deleted: \u2068alpha\u2069');
      await undo.click();
      await expect(titles).toHaveText(['alpha', 'bravo', 'charlie']);
      await expect(pending.first().locator('time')).toHaveText('Tomorrow');
    });
    await test.step('by Ctrl Z, the newest first, and not in a field', async () => {
      await tick('alpha').click();
      await expect(completed).toHaveCount(1);
      await tick('charlie').click();
      await expect(completed).toHaveCount(2);
      await field.fill('delta');
      await field.press('Enter');
      await expect(titles).toHaveText(['bravo', 'delta']);
      await expect(page.getByTestId('undo-add')).toBeVisible();
      await field.press('ControlOrMeta+z');
      await expect(titles).toHaveText(['bravo', 'delta']);
      await page.locator('#tasks-title').focus();
      await page.keyboard.press('ControlOrMeta+z');
      await expect(titles).toHaveText(['bravo']);
      await expect(page.getByTestId('undo-add'), 'there is nothing to take back any more').toBeHidden();
      await page.locator('#tasks-title').focus();
      await page.keyboard.press('ControlOrMeta+z');
      await expect(titles).toHaveText(['bravo', 'charlie']);
      await page.locator('#tasks-title').focus();
      await page.keyboard.press('ControlOrMeta+z');
      await expect(titles).toHaveText(['alpha', 'bravo', 'charlie']);
      await page.keyboard.press('ControlOrMeta+z');
      await expect(titles, 'what was done before this page is not of it').toHaveText(['alpha', 'bravo', 'charlie']);
    });
    await page.reload();
    await expect(titles).toHaveText(['alpha', 'bravo', 'charlie']);
  });
}

test('what is done in an answer’s list is taken back as what is done in the lists', async ({ page, chat, context, server }) => {
  await addTasks(context, server.url, ['alpha tomorrow', 'bravo tomorrow']);
  await chat.open();
  await chat.say('what is due tomorrow');
  await chat.idle();
  const { pending, completed, toast } = list(page);
  const row = (title: string) => page.getByTestId('widget-item').last().locator('.w-entry', { hasText: title });
  const box = (title: string) => row(title).getByRole('checkbox');
  const undo = page.getByTestId('toast-undo');
  await expect(box('bravo')).toBeVisible();

  await test.step('a tick, by the toast', async () => {
    await box('alpha').check();
    await expect(toast).toHaveText('Done: \u2068alpha\u2069');
    await expect(completed).toHaveCount(1);
    await undo.click();
    await expect(toast).toHaveText('Taken back: \u2068alpha\u2069');
    await expect(box('alpha'), 'the list in the answer says so, too').not.toBeChecked();
    await expect(pending).toHaveCount(2);
  });
  await test.step('by Ctrl Z, the newest first, wherever it was done', async () => {
    await box('bravo').check();
    await expect(completed).toHaveCount(1);
    await chat.panel.getByTestId('pending').getByRole('checkbox', { name: /alpha/ }).click();
    await expect(completed).toHaveCount(2);
    await page.locator('#tasks-title').focus();
    await page.keyboard.press('ControlOrMeta+z');
    await expect(box('alpha')).not.toBeChecked();
    await expect(box('bravo')).toBeChecked();
    // The focus is in the answer's list, as after a tick there.
    await box('bravo').focus();
    await page.keyboard.press('ControlOrMeta+z');
    await expect(box('bravo')).not.toBeChecked();
    await expect(pending).toHaveCount(2);
  });
  await test.step('another date, and a deletion that was restored in its row already', async () => {
    await row('alpha').locator('input[type=date]').fill('2031-05-06');
    await expect(toast).toHaveText('New date: \u2068alpha\u2069');
    await undo.click();
    await expect(row('alpha')).not.toContainText('2031');
    await row('alpha').getByRole('button', { name: /Delete/ }).click();
    await expect(toast).toHaveText('Deleted: \u2068alpha\u2069');
    await row('alpha').getByRole('button', { name: /Restore/ }).click();
    await expect(toast).toHaveText('Taken back: \u2068alpha\u2069');
    await expect(undo).toHaveCount(0);
    await expect(pending).toHaveCount(2);
  });
  await test.step('where the lists are out of sight, the page says it', async () => {
    await page.getByRole('button', { name: 'Hide tasks' }).click();
    await expect(chat.panel).toBeHidden();
    await box('alpha').check();
    await expect(page.getByTestId('page-toast')).toHaveText('Done: \u2068alpha\u2069');
    await page.getByTestId('page-toast-undo').click();
    await expect(box('alpha')).not.toBeChecked();
  });
});

test('a tick in an answer’s list that is refused goes back, and says why', async ({ page, chat, context, server, watch }) => {
  watch.allow(/ERR_FAILED|Failed to load resource/);
  await addTasks(context, server.url, ['alpha tomorrow']);
  await chat.open();
  await chat.say('what is due tomorrow');
  await chat.idle();
  const { toast, pending } = list(page);
  const row = page.getByTestId('widget-item').last().locator('.w-entry', { hasText: 'alpha' });
  const box = row.getByRole('checkbox');
  const day = row.locator('input[type=date]');
  await expect(box).toBeVisible();
  const before = await day.inputValue();
  await page.route(/\/api\/chat\/sync-action/, (route) => route.abort());
  await box.click();
  await expect(page.getByTestId('notice')).toBeVisible();
  await expect(box).not.toBeChecked();
  await expect(box).not.toHaveAttribute('aria-busy');
  await day.fill('2031-05-06');
  await expect(day).toHaveValue(before);
  await expect(toast, 'nothing was done').toBeEmpty();
  await page.unroute(/\/api\/chat\/sync-action/);
  await box.check();
  await expect(toast).toHaveText('Done: \u2068alpha\u2069');
  await expect(pending).toHaveCount(0);
});

test('what is said stays long enough, and as long as somebody is at it', async ({ page, chat, context, server }) => {
  await addTasks(context, server.url, ['alpha', 'bravo']);
  await page.clock.install({ time: '2026-01-01T00:00:00Z' });
  await chat.open('/tasks');
  await page.clock.pauseAt('2026-01-01T01:00:00Z');
  const { tick, toast } = list(page);
  const undo = page.getByTestId('toast-undo');
  await tick('alpha').click();
  await expect(undo).toBeVisible();
  await page.clock.runFor(8_000);
  await expect(undo).toBeVisible();
  await undo.dispatchEvent('focusin');
  await page.clock.runFor(60_000);
  await expect(toast).toContainText('alpha');
  await undo.dispatchEvent('focusout');
  await page.clock.runFor(12_000);
  await expect(toast).toBeEmpty();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(list(page).pending, 'it can still be taken back').toHaveCount(2);
});
