/** What stands in a conversation beside text: forms, lists of tasks, and what can be done with an answer and with a thread. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { type Chat, expect, setAppearance, test } from '../support/fixtures';

const form = (page: Page) => page.locator('form.questions');
/** The choices of a form, each an answer by itself. */
const option = (page: Page, name?: RegExp) => form(page).getByTestId('form-option').filter(name ? { hasText: name } : {});
const answered = (page: Page) => page.locator('dl.answers');
const widget = (page: Page) => page.getByTestId('widget-item').last();
const titles = (list: Locator) => list.locator('.task-title');
const completed = (chat: Chat) => chat.panel.locator('.task.is-done');
const pending = (chat: Chat) => chat.panel.locator('.task:not(.is-done)');

async function axe(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 5).map((node) => `${node.html.slice(0, 160)}: ${node.failureSummary}`) }));
  expect(serious, what).toEqual([]);
}

/** Two tasks that "pay" may mean, and the question which. */
async function ambiguous(page: Page, chat: Chat, say = 'complete pay', tasks = ['pay the rent', 'pay the gas bill']): Promise<void> {
  await chat.open();
  for (const task of tasks) await chat.ask(`add ${task}`);
  await chat.say(say);
  await expect(form(page)).toBeVisible();
  await chat.idle();
}

test('an ambiguous wish is resolved by a form', async ({ page, chat }) => {
  await ambiguous(page, chat);
  await expect(completed(chat), 'nothing is done before it is clear').toHaveCount(0);
  await expect(option(page)).toHaveCount(2);
  await axe(page, 'a form');
  await option(page, /gas bill/).click();
  await expect(form(page)).toHaveCount(0);
  await expect(answered(page)).toContainText('gas bill');
  await expect(completed(chat)).toHaveCount(1);
  await expect(completed(chat)).toContainText('pay the gas bill');
  await expect(titles(pending(chat))).toHaveText(['pay the rent']);
  await chat.idle();
  await page.reload();
  await chat.hydrated();
  await expect(answered(page)).toContainText('gas bill');
  await expect(form(page)).toHaveCount(0);
});

test('the keyboard fills a form in', async ({ page, chat }) => {
  await ambiguous(page, chat);
  await option(page).first().focus();
  await page.keyboard.press('Tab');
  await expect(option(page).nth(1)).toBeFocused();
  const meant = (await option(page).nth(1).innerText()).trim();
  await page.keyboard.press('Enter');
  await expect(answered(page)).toContainText(meant);
  await expect(completed(chat)).toHaveCount(1);
  expect(meant).toContain(await titles(completed(chat)).innerText());
});

test('words of one’s own answer a form, too', async ({ page, chat }) => {
  await ambiguous(page, chat);
  await form(page).getByLabel('Or in your own words').fill('the gas bill');
  await form(page).getByLabel('Or in your own words').press('Enter');
  await expect(answered(page)).toContainText('the gas bill');
  await chat.idle();
  await expect(completed(chat)).toHaveText([/pay the gas bill/]);
});

test('a choice is the answer, whatever stands in the field', async ({ page, chat }) => {
  await ambiguous(page, chat);
  await form(page).getByLabel('Or in your own words').fill('the rent');
  await option(page, /gas bill/).click();
  await expect(answered(page)).toContainText('gas bill');
  await chat.idle();
  await expect(completed(chat)).toHaveText([/pay the gas bill/]);
});

test('a form that is skipped changes nothing', async ({ page, chat }) => {
  await ambiguous(page, chat);
  await form(page).getByTestId('form-skip').click();
  await expect(form(page)).toHaveCount(0);
  await expect(answered(page)).toContainText('Skipped');
  await chat.idle();
  await expect(completed(chat)).toHaveCount(0);
  await expect(pending(chat)).toHaveCount(2);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a form is a form', async ({ page, person }) => {
    void person;
    await page.goto('/chat');
    for (const text of ['add pay the rent', 'add pay the gas bill', 'complete pay']) {
      await page.getByTestId('composer').fill(text);
      await page.getByTestId('send').click();
      await expect(page).toHaveURL(/\/chat\/thr_/);
    }
    await option(page, /rent/).click();
    await expect(answered(page)).toContainText('rent');
    await page.goto('/tasks');
    await expect(page.locator('.task.is-done')).toContainText('pay the rent');
  });
});

test('a task is ticked in the conversation, and list and panel stay one truth', async ({ page, chat }) => {
  await chat.open();
  await chat.ask('add water the plants');
  await chat.ask('add buy milk');
  await chat.say('list my tasks');
  await expect(widget(page)).toBeVisible();
  await chat.idle();
  const tick = widget(page).getByRole('checkbox', { name: /plants/ }).or(widget(page).locator('.w-list > *', { hasText: 'plants' }).getByRole('checkbox')).first();
  await expect(tick).not.toBeChecked();
  await tick.check();
  await expect(completed(chat)).toHaveCount(1);
  await expect(completed(chat)).toContainText('water the plants');
  await expect(tick).toBeChecked();

  await test.step('what the panel changes shows in the list', async () => {
    await pending(chat).filter({ hasText: 'buy milk' }).locator('form button').first().click();
    await expect(completed(chat)).toHaveCount(2);
    await expect(widget(page).getByRole('checkbox', { checked: true })).toHaveCount(2);
  });
  await test.step('and stays so', async () => {
    await page.reload();
    await chat.hydrated();
    await expect(widget(page).getByRole('checkbox', { checked: true })).toHaveCount(2);
    await axe(page, 'a list of tasks');
  });
  await test.step('a title opens the task beside the conversation', async () => {
    await widget(page).getByRole('button', { name: /buy milk/ }).first().click();
    await expect(chat.panel.locator('.task[aria-current="true"]')).toContainText('buy milk');
    expect(await page.evaluate(() => document.documentElement.scrollTop), 'the page itself stays where it is').toBe(0);
  });
});

test('an answer is quoted, whole or in part', async ({ page, chat }) => {
  await chat.open();
  await chat.ask('add buy milk');
  const answer = page.getByTestId('message-answer').last();
  await answer.hover();
  await answer.getByTestId('quote').click();
  await expect(chat.composer).toBeFocused();
  await chat.ask('add buy bread');
  await expect(chat.users.last().locator('.quoted')).toContainText('buy milk');
  await expect(chat.users.last()).toContainText('add buy bread');

  await chat.answers.last().evaluate((prose) => {
    const text = document.createTreeWalker(prose, NodeFilter.SHOW_TEXT).nextNode();
    if (text) document.getSelection()?.setBaseAndExtent(text, 0, text, 3);
  });
  const part = await page.evaluate(() => document.getSelection()?.toString() ?? '');
  expect(part).toHaveLength(3);
  await expect(titles(chat.panel), 'what is quoted is no wish').toHaveText(['buy milk', 'buy bread']);
  await page.getByTestId('message-answer').last().getByTestId('quote').click();
  await chat.ask('add buy eggs');
  await expect(chat.users.last().locator('.quoted')).toHaveText(part);
});

test('the newest answer is given anew, in the place of the old one', async ({ page, chat }) => {
  await chat.open();
  await chat.ask('list my tasks');
  const count = await chat.answers.count();
  await page.getByTestId('message-answer').last().hover();
  const old = await page.getByTestId('message-answer').last().getAttribute('id');
  await page.getByTestId('answer-again').click();
  await expect(page.locator(`[id="${old}"]`)).toHaveCount(0);
  await expect(chat.answers).toHaveCount(count);
  await chat.idle();
  await expect(chat.users).toHaveCount(1);
});

test('an older answer is given anew, after a question, and takes away what came later', async ({ page, chat }) => {
  await chat.open();
  for (const text of ['add buy milk', 'add buy bread', 'add buy tea']) await chat.ask(text);
  await expect(page.getByTestId('answer-again'), 'under every answer').toHaveCount(3);
  const middle = page.getByTestId('message-answer').nth(1);
  const old = await middle.getAttribute('id');
  const again = async () => {
    await middle.hover();
    await middle.getByTestId('answer-again').click();
  };
  const question = page.getByRole('dialog').filter({ visible: true });

  await test.step('a no changes nothing', async () => {
    await again();
    await expect(question).toContainText('What you wrote after it');
    await axe(page, 'the question');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(question).toHaveCount(0);
    await expect(chat.answers).toHaveCount(3);
    await expect(page.locator(`[id="${old}"]`)).toHaveCount(1);
  });
  await test.step('a yes does', async () => {
    await again();
    await question.getByTestId('confirm').click();
    await expect(page.locator(`[id="${old}"]`)).toHaveCount(0);
    await chat.idle();
    await expect(chat.users).toHaveText(['add buy milk', 'add buy bread']);
    await expect(chat.answers).toHaveCount(2);
    await expect(chat.answers.last()).toContainText('bread');
  });
  await test.step('for good', async () => {
    await page.reload();
    await chat.hydrated();
    await expect(chat.users).toHaveText(['add buy milk', 'add buy bread']);
    await expect(chat.answers).toHaveCount(2);
  });
});

test('an opinion that does not get through is what it was before', async ({ page, chat, watch }) => {
  watch.allow(/ERR_FAILED|Failed to load resource/);
  await chat.open();
  await chat.ask('add buy milk');
  const [good, bad] = [page.getByTestId('rate-good').last(), page.getByTestId('rate-bad').last()];
  await page.getByTestId('message-answer').last().hover();
  const kept = page.waitForResponse(/\/api\/chat\/rate/);
  await good.click();
  await kept;
  await page.route(/\/api\/chat\/rate/, (route) => route.abort());
  await bad.click();
  await expect(page.getByTestId('notice')).toBeVisible();
  await expect(bad).toHaveAttribute('aria-pressed', 'false');
  await expect(good, 'not nothing, but what was there').toHaveAttribute('aria-pressed', 'true');
  await page.reload();
  await chat.hydrated();
  await expect(good).toHaveAttribute('aria-pressed', 'true');
});

test('answers are rated, and the settings lead back to them', async ({ page, chat }) => {
  await chat.open();
  await chat.ask('add buy milk');
  const first = page.getByTestId('message-answer').first();
  // Enough behind it that it does not show any more.
  for (const task of ['one', 'two', 'three', 'four', 'five']) await chat.ask(`add ${task} more thing to remember`);
  const good = first.getByTestId('rate-good');
  const bad = first.getByTestId('rate-bad');
  // The page shows an opinion before the server has it; a reload would cut the request off.
  const kept = (button: Locator) => Promise.all([page.waitForResponse('**/api/chat/rate'), button.click()]);
  await kept(good);
  await expect(good).toHaveAttribute('aria-pressed', 'true');
  await kept(bad);
  await expect(good).toHaveAttribute('aria-pressed', 'false');
  // The page looks at the thread once more when its stream has begun; a look from before an opinion would show what was.
  const looked = page.waitForResponse('**/api/chat/thread');
  await page.reload();
  await chat.hydrated();
  await looked;
  await expect(bad).toHaveAttribute('aria-pressed', 'true');
  const last = page.getByTestId('message-answer').last();
  await last.hover();
  await kept(last.getByTestId('rate-good'));
  await expect(last.getByTestId('rate-good')).toHaveAttribute('aria-pressed', 'true');
  await kept(last.getByTestId('rate-good'));
  await expect(last.getByTestId('rate-good'), 'the same again takes it back').toHaveAttribute('aria-pressed', 'false');

  await page.locator('a[href="/settings"]').filter({ visible: true }).first().click();
  await expect(page.getByTestId('rating')).toHaveCount(1);
  await expect(page.getByTestId('rating')).toContainText('Bad answer');
  await expect(page.getByTestId('rating')).toContainText('Today');
  await axe(page, 'the settings');
  await page.getByTestId('rating').getByRole('link').click();
  await expect(page).toHaveURL(/\/chat\/thr_[0-9a-f]+#itm_[0-9a-f]+$/);
  await expect(first).toBeFocused();
  await expect(first).toBeInViewport();
  await page.reload();
  await chat.hydrated();
  await expect(first, 'the address alone leads there, too').toBeFocused();
  await expect(first).toBeInViewport();
});

test('a link to an answer far back loads what is before it', async ({ page, chat, context, server }) => {
  test.setTimeout(120_000);
  await chat.open();
  await chat.ask('add buy milk');
  const url = page.url();
  const first = page.getByTestId('message-answer').first();
  const id = await first.getAttribute('id');
  const thread = new URL(url).pathname.split('/').pop();
  // More items than a page of a thread has.
  for (let n = 0; n < 28; n += 1) {
    const sent = await context.request.post(`${server.url}/api/chat/send-form`, { form: { thread: thread ?? '', text: 'hello' }, headers: { origin: server.url, accept: 'text/html' }, maxRedirects: 0 });
    expect(sent.status()).toBe(302);
  }
  expect(await (await context.request.get(url)).text(), 'not among the newest').not.toContain(id);
  await page.goto('/tasks');
  await page.goto(`${url}#${id}`);
  await chat.hydrated();
  await expect(page.locator(`[id="${id}"]`)).toBeFocused();
  await expect(page.locator(`[id="${id}"]`)).toBeInViewport();
});

test('a thread is archived, refuses messages and is opened again', async ({ page, chat }) => {
  await chat.open();
  await chat.ask('add buy milk');
  const row = page.getByRole('listitem').filter({ has: chat.threads });
  await row.locator('summary').click();
  await row.getByTestId('archive').click();
  await expect(page.getByTestId('closed')).toBeVisible();
  await expect(chat.composer).toHaveCount(0);
  await expect(page.getByTestId('archived').getByTestId('thread')).toHaveCount(1);
  await axe(page, 'an archived thread');
  await page.reload();
  await chat.hydrated();
  await expect(page.getByTestId('closed')).toBeVisible();
  await expect(page.getByTestId('archived')).toBeVisible();
  await expect(page.getByTestId('archived').getByTestId('thread'), 'folded away').toBeHidden();

  await page.getByTestId('reopen').click();
  await expect(chat.composer).toBeVisible();
  await expect(page.getByTestId('archived')).toBeHidden();
  await chat.ask('add buy bread');
  await expect(chat.tasks).toHaveCount(2);
});

test('Urdu: forms, lists and buttons run from the right, in Urdu', async ({ page, chat, context, server }) => {
  await setAppearance(context, server.url, 'ur', 'light');
  await ambiguous(page, chat);
  await expect(form(page)).toHaveAttribute('dir', 'rtl');
  await expect(form(page).getByTestId('form-answer')).toHaveText('جواب دیں');
  const [box, words] = [await option(page).first().boundingBox(), await option(page).first().locator('bdi').boundingBox()];
  expect(box && words && box.x + box.width - (words.x + words.width), 'the words begin at the right').toBeLessThan(24);
  await axe(page, 'a form in Urdu');
  await form(page).getByTestId('form-skip').click();
  await expect(answered(page)).toContainText('چھوڑ دیا');
  await chat.idle();
  await chat.say('میرے کام دکھاؤ');
  await expect(widget(page)).toBeVisible();
  await chat.idle();
  await expect(page.getByTestId('rate-good').last()).toHaveAccessibleName('اچھا جواب');
  await axe(page, 'a list in Urdu');
});

for (const locale of ['en', 'ur'] as const) {
  test(`a phone, ${locale}: everything fits and can be pressed`, async ({ another, server }) => {
    const { page, context, chat } = await another({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await setAppearance(context, server.url, locale, 'dark');
    const long = 'pay the-very-long-invoice-of-the-carpenter-which-has-no-space-at-all-in-it';
    await ambiguous(page, chat, 'complete pay', ['pay the rent', long]);
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await fits()).toBe(0);
    for (const part of await form(page).locator('button').all()) {
      const box = await part.boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(40);
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 360, 'inside the screen').toBe(true);
    }
    await axe(page, 'a form on a phone');
    await option(page, /carpenter/).click();
    await expect(answered(page)).toContainText('carpenter');
    await chat.idle();
    await chat.say('list my tasks');
    await expect(widget(page)).toBeVisible();
    await chat.idle();
    expect(await fits()).toBe(0);
    const row = widget(page).locator('.w-item', { hasText: 'pay the rent' });
    expect((await row.getByText('pay the rent').boundingBox())?.height, 'the title has room').toBeLessThan(locale === 'en' ? 60 : 90);
    // Without a pointer that hovers, the buttons under an answer show by themselves.
    for (const name of ['quote', 'rate-good', 'rate-bad']) await expect(page.getByTestId(name).last()).toHaveCSS('opacity', '1');
    const [quote, good] = [await page.getByTestId('quote').last().boundingBox(), await page.getByTestId('rate-good').last().boundingBox()];
    expect(quote && good && Math.abs(quote.x - good.x), 'side by side').toBeGreaterThanOrEqual(36);
    await axe(page, 'a conversation on a phone');
  });
}

test('in a list of tasks every row has a state of its own', async ({ page, chat }) => {
  await chat.open('/tasks');
  for (const title of ['alpha', 'bravo', 'charlie', 'delta']) {
    await page.getByTestId('new-task').fill(`${title} tomorrow`);
    await page.getByTestId('new-task').press('Enter');
    await expect(page.getByTestId('added')).toContainText(title);
  }
  await chat.open();
  await chat.say('what is due tomorrow');
  const row = (title: string) => widget(page).locator('.w-entry', { hasText: title });
  await expect(row('delta')).toBeVisible();
  await chat.idle();

  await row('charlie').getByRole('checkbox').check();
  await expect(completed(chat)).toHaveCount(1);
  await expect(row('charlie').locator('input[type=date]'), 'drawn anew').toHaveCount(0);
  for (const title of ['alpha', 'bravo', 'delta']) await expect(row(title).getByRole('checkbox')).not.toBeChecked();
  await expect(row('charlie').getByRole('checkbox')).toBeChecked();
  await expect(row('charlie').getByRole('checkbox'), 'the focus stays').toBeFocused();

  const dates = () => widget(page).locator('input[type=date]').evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value));
  const [before] = await dates();
  await row('bravo').locator('input[type=date]').fill('2031-05-06');
  await expect(pending(chat).filter({ hasText: 'bravo' }).locator('time')).toHaveAttribute('datetime', '2031-05-06');
  await expect(row('bravo')).toContainText('2031');
  expect(await dates()).toEqual([before, '2031-05-06', before]);
});
