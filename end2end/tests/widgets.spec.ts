/** Widgets, in the gallery: how they look, what they send, and that nothing which was typed is lost. */
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, setAppearance, test } from '../support/fixtures';

/** The example of a name. */
function example(page: Page, name: string): Locator {
  return page.locator(`[data-testid="example"][data-name="${name}"]`);
}

/** What the last action of a part of the page would send. */
async function sent(part: Locator): Promise<unknown> {
  await expect(part.getByTestId('sent')).toBeVisible();
  return JSON.parse((await part.getByTestId('sent').textContent()) ?? '');
}

/** Draws JSON of our own. */
async function draw(page: Page, widget: unknown): Promise<Locator> {
  const own = page.getByTestId('own');
  await own.locator('textarea#own-json').fill(typeof widget === 'string' ? widget : JSON.stringify(widget));
  await own.getByTestId('draw').click();
  return own;
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (element: Element | null): boolean =>
      element !== null && element.tagName !== 'MAIN' && (['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const main = document.querySelector('main');
    const found = [...document.querySelectorAll('main *')].filter((element) => {
      const { right, left, width: own } = element.getBoundingClientRect();
      return own > 1 && (right > width + 1 || left < -1) && !scrolls(element.parentElement) && getComputedStyle(element).position !== 'absolute';
    });
    return {
      page: document.documentElement.scrollWidth - width,
      main: main ? main.scrollWidth - main.clientWidth : 0,
      found: found.slice(0, 8).map((element) => `${element.closest('[data-name]')?.getAttribute('data-name')}: ${element.outerHTML.slice(0, 100)}`),
    };
  });
  expect(wide).toEqual({ page: 0, main: 0, found: [] });
}

for (const locale of ['en', 'ur'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`the gallery: axe finds nothing, nothing is too wide: ${locale}, ${theme}`, async ({ page, chat, context, server }) => {
      test.setTimeout(120_000);
      await setAppearance(context, server.url, locale, theme);
      await chat.open('/settings');
      await page.getByTestId('widgets').click();
      await expect(page).toHaveURL(/\/widgets$/);
      await expect(page.getByTestId('example')).toHaveCount(33);
      await expectNoSidewaysScroll(page);
      // The examples show sizes and colours beside one another that nobody would mix.
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 12).map((node) => `${node.html.slice(0, 200)}: ${node.failureSummary}`) }));
      expect(found).toEqual([]);
      await page.setViewportSize({ width: 320, height: 700 });
      await expectNoSidewaysScroll(page);
      for (const name of ['whole-task-list', 'whole-form-card', 'table', 'button', 'chart']) await expect(example(page, name).getByTestId('widget')).toBeVisible();
      if (process.env.UPDATE_DOCS === '1' && locale === 'en') {
        await page.setViewportSize({ width: 1280, height: 1000 });
        await example(page, 'whole-task-list').scrollIntoViewIfNeeded();
        const path = fileURLToPath(new URL(`../../docs/images/widgets-${theme}.png`, import.meta.url));
        await page.screenshot({ path, animations: 'disabled' });
      }
    });
  }
}

test('the gallery is in the HTML, and only for people who are signed in', async ({ page, chat, context, server }) => {
  const html = await (await context.request.get(`${server.url}/widgets`)).text();
  for (const word of ['w-card', 'w-list', 'data-action=', 'role="img"', 'سبزی لانی ہے']) expect(html).toContain(word);
  await context.clearCookies();
  await page.goto('/widgets');
  await expect(page).toHaveURL(/\/sign-in$/);
  void chat;
});

test('a form sends its values nested into the payload, once, and only when they are valid', async ({ page, chat }) => {
  await chat.open('/widgets');
  const form = example(page, 'form');
  const save = form.getByRole('button', { name: 'Save' });
  // `required` blocks.
  await save.click();
  await expect(form.getByLabel('Name')).toBeFocused();
  await expect(form.getByTestId('sent')).toHaveCount(0);
  await form.getByLabel('Name').fill('Ayesha');
  // `pattern` blocks, on an input and on a textarea.
  await form.getByLabel('Post code').fill('54');
  await save.click();
  await expect(form.getByTestId('sent')).toHaveCount(0);
  await form.getByLabel('Post code').fill('54001');
  await form.getByLabel('نوٹ').fill('a <b>');
  await save.click();
  await expect(form.getByTestId('sent')).toHaveCount(0);
  expect(await form.getByLabel('نوٹ').evaluate((area: HTMLTextAreaElement) => area.validationMessage)).not.toBe('');
  await form.getByLabel('نوٹ').fill('دو\nسطریں');
  await form.getByLabel('Send me news').uncheck();
  await save.click();
  expect(await sent(form)).toEqual({
    type: 'person.save',
    payload: { id: 12, person: { kept: true, name: 'Ayesha', address: { code: '54001' } }, note: 'دو\nسطریں', news: false },
    handler: 'server',
    streaming: true,
  });
  // Another action in the form carries the values, too, and asks for no valid form.
  await expect(save).not.toHaveAttribute('aria-busy');
  await form.getByLabel('Name').fill('');
  await form.getByRole('button', { name: 'Look up' }).click();
  await expect(form.getByTestId('sent')).toContainText('person.look_up');
  expect(await sent(form)).toMatchObject({ payload: { from: 'button', person: { name: '', address: { code: '54001' } }, news: false } });
});

test('names cannot reach what all objects share', async ({ page, chat }) => {
  await chat.open('/widgets');
  const names = ['__proto__.polluted', 'a.__proto__.polluted', 'constructor.prototype.polluted', 'good.name', 'good'];
  const own = await draw(page, {
    type: 'Card',
    asForm: true,
    children: names.map((name) => ({ type: 'Input', name, defaultValue: 'x' })),
    confirm: { label: 'Go', action: { type: 'go', payload: { a: { b: 1 } } } },
  });
  await own.getByRole('button', { name: 'Go' }).click();
  expect(await sent(own)).toMatchObject({ payload: { a: { b: 1 }, constructor: { prototype: { polluted: 'x' } }, good: 'x' } });
  expect(await page.evaluate(() => 'polluted' in {})).toBe(false);
});

test('while an action is on its way, its control shows it and does nothing more', async ({ page, chat }) => {
  // The gallery's answers come after a while; here, when the test says so.
  await page.clock.install({ time: '2026-01-01T00:00:00Z' });
  await chat.open('/widgets');
  await page.clock.pauseAt('2026-01-01T01:00:00Z');
  const answer = () => page.clock.runFor(1000);
  const buttons = example(page, 'button');
  const root = buttons.locator('.w-root');
  const primary = buttons.getByRole('button', { name: 'primary' });
  await buttons.getByRole('button', { name: 'All of the width' }).click();
  await expect(root, 'the whole container').toHaveAttribute('aria-busy', 'true');
  // The first answer is still awaited: this click is nobody's.
  await primary.dispatchEvent('click');
  expect(await sent(buttons)).toMatchObject({ type: 'slow', payload: { n: 1 } });
  await answer();
  await expect(root).not.toHaveAttribute('aria-busy');

  await primary.click();
  await expect(primary, 'the control alone').toHaveAttribute('aria-busy', 'true');
  await expect(root).not.toHaveAttribute('aria-busy');
  await expect(buttons.getByTestId('sent')).toContainText('"color":"primary"');
  const quiet = buttons.getByRole('button', { name: 'Nothing shows' });
  await quiet.click();
  await expect(buttons.getByTestId('sent')).toContainText('quiet');
  await expect(quiet, 'it waits as well, but does not show it').toHaveAttribute('data-busy', '');
  await expect(quiet).not.toHaveAttribute('aria-busy');
  await answer();
  await expect(buttons.locator('[data-busy], [aria-busy]')).toHaveCount(0);
});

test('a card confirms and cancels; changes send the value of their control', async ({ page, chat }) => {
  await chat.open('/widgets');
  const card = example(page, 'whole-form-card');
  await card.getByLabel('عنوان').fill('');
  // Cancelling needs no valid form.
  await card.locator('[data-part="cancel"]').click();
  expect(await sent(card)).toMatchObject({ type: 'task.leave', payload: { id: 2, task: { title: '', priority: 'high' } } });
  await expect(card.locator('[data-busy]')).toHaveCount(0);
  await card.locator('[data-part="confirm"]').click();
  await expect(card.getByLabel('عنوان'), 'confirming does').toBeFocused();
  await expect(card.getByTestId('sent')).toContainText('task.leave');
  await card.getByLabel('عنوان').fill('احمد کو فون');
  await card.getByLabel('تاریخ').fill('2026-12-01');
  await card.getByLabel('اہمیت').selectOption('medium');
  await card.getByLabel('ہر ہفتے دہرائیں').check();
  // Enter in a field submits, as in any form.
  await card.getByLabel('عنوان').press('Enter');
  await expect(card.getByTestId('sent')).toContainText('task.save');
  expect(await sent(card)).toEqual({
    type: 'task.save',
    payload: { id: 2, task: { list: 'home', title: 'احمد کو فون', due: { date: '2026-12-01' }, priority: 'medium', repeat: true } },
    handler: 'server',
    streaming: false,
  });

  const list = example(page, 'whole-task-list');
  await list.getByRole('checkbox').first().check();
  expect(await sent(list)).toMatchObject({ type: 'task.set_done', payload: { id: 1, done: { 1: true } } });
  await list.getByRole('button', { name: /Call Ahmed/ }).click();
  await expect(list.getByTestId('sent')).toContainText('task.open');
  expect(await sent(list)).toMatchObject({ payload: { id: 2 }, handler: 'client' });

  const select = example(page, 'select');
  await select.getByLabel('Priority').selectOption('high');
  expect(await sent(select)).toMatchObject({ type: 'priority.set', payload: { task: 3, priority: 'high' } });
  const due = example(page, 'date-picker');
  await due.getByLabel('Due').fill('2026-05-06');
  await due.getByLabel('Due').blur();
  await expect(due.getByTestId('sent')).toContainText('2026-05-06');
  await expect(due.locator('[data-busy]')).toHaveCount(0);
  await due.locator('[data-clear]').click();
  await expect(due.getByTestId('sent')).toContainText('"due":""');
  const radios = example(page, 'radio-group');
  await radios.getByLabel('Every day').check();
  await radios.locator('[data-part="confirm"]').click();
  expect(await sent(radios)).toMatchObject({ type: 'often.set', payload: { often: 'day' } });
});

test('show more and folding work in the browser', async ({ page, chat, browser, context, server }) => {
  await chat.open('/widgets');
  const list = example(page, 'whole-task-list');
  const last = list.getByText('Water the plants', { exact: true });
  await expect(last).toBeHidden();
  await list.getByText('Show more').click();
  await expect(last).toBeVisible();
  await list.getByText('Show less').click();
  await expect(last).toBeHidden();
  const chart = example(page, 'whole-chart-card');
  await expect(chart.getByRole('img', { name: /Chart/ })).toBeHidden();
  await chart.getByTestId('widget').getByText('Report').click();
  await expect(chart.getByRole('img', { name: /Chart: گھر, Work/ })).toBeVisible();
  await expect(chart.getByRole('table', { name: /Chart/ })).toContainText('3,400');

  // Without JavaScript, too; and nothing is sent anywhere then.
  const plain = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false, storageState: await context.storageState() });
  const still = await plain.newPage();
  await still.goto('/widgets');
  await example(still, 'whole-task-list').getByText('Show more').click();
  await expect(example(still, 'whole-task-list').getByText('Water the plants', { exact: true })).toBeVisible();
  await example(still, 'form').getByLabel('Name').fill('x');
  await example(still, 'form').getByRole('button', { name: 'Save' }).click();
  await expect(still).toHaveURL(`${server.url}/widgets`);
  await plain.close();
});

test('the keyboard is enough', async ({ page, chat }) => {
  await chat.open('/widgets');
  const list = example(page, 'whole-task-list');
  await list.getByRole('button', { name: /سبزی/ }).focus();
  await page.keyboard.press('Enter');
  await expect(list.getByTestId('sent')).toContainText('task.open');
  await page.keyboard.press('Tab');
  await expect(list.getByRole('checkbox').first()).toBeFocused();
  await page.keyboard.press('Space');
  await expect(list.getByTestId('sent')).toContainText('"done":{"1":true}');
  const more = list.getByTestId('widget').locator('summary');
  await more.focus();
  const outline = await more.evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(outline, 'the focus can be seen').not.toBe('none');
  await page.keyboard.press('Enter');
  await expect(list.getByText('Water the plants', { exact: true })).toBeVisible();

  const form = example(page, 'form');
  await form.getByLabel('Name').focus();
  await page.keyboard.type('Ayesha');
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('Tab');
  await expect(form.getByRole('button', { name: 'Save' })).toBeFocused();
  await page.keyboard.press('Enter');
  expect(await sent(form)).toMatchObject({ payload: { person: { name: 'Ayesha' } } });
});

test('new HTML keeps what was typed, what is unfolded and the focus', async ({ page, chat }) => {
  await chat.open('/widgets');
  const widget = (title: string, defaults: { a: string; b: string }) => ({
    type: 'Card',
    asForm: true,
    collapsed: true,
    status: { text: title },
    confirm: { label: 'Send', action: { type: 'send' } },
    children: [
      { type: 'Input', name: 'a', defaultValue: defaults.a },
      { type: 'Input', name: 'b', defaultValue: defaults.b },
      { type: 'Textarea', name: 'area' },
      { type: 'Checkbox', name: 'tick', label: 'Tick' },
      { type: 'Select', name: 'pick', options: [{ value: 'x', label: 'X' }, { value: 'y', label: 'Y' }], defaultValue: 'x' },
      { type: 'RadioGroup', name: 'one', options: [{ value: '1', label: 'One' }, { value: '2', label: 'Two' }], defaultValue: '1' },
    ],
  });
  const own = await draw(page, widget('First', { a: 'old', b: 'old' }));
  const field = (name: string) => own.locator(`[data-name="${name}"]`);
  await own.getByText('First').click();
  await field('a').fill('typed a');
  await field('b').fill('typed b');
  await field('area').fill('typed\nlines');
  await field('tick').check();
  await field('pick').selectOption('y');
  await own.getByLabel('Two').check();

  await own.locator('textarea#own-json').fill(JSON.stringify(widget('Second', { a: 'old', b: 'new' })));
  await field('a').focus();
  await field('a').evaluate((input: HTMLInputElement) => input.setSelectionRange(2, 4));
  // Drawn anew while the focus is in the widget, as happens when it changes by itself.
  await own.getByTestId('draw').dispatchEvent('click');
  await expect(own.getByText('Second')).toBeVisible();
  await expect(field('a')).toHaveValue('typed a');
  await expect(field('a')).toBeFocused();
  expect(await field('a').evaluate((input: HTMLInputElement) => [input.selectionStart, input.selectionEnd])).toEqual([2, 4]);
  await expect(field('b'), 'a new default wins').toHaveValue('new');
  await expect(field('area')).toHaveValue('typed\nlines');
  await expect(field('tick')).toBeChecked();
  await expect(field('pick')).toHaveValue('y');
  await expect(own.getByLabel('Two')).toBeChecked();
});

test('JSON that is no widget is told with its place; hostile JSON is text', async ({ page, chat }) => {
  await chat.open('/widgets');
  const own = await draw(page, { type: 'Card', children: [{ type: 'Row', children: [{ type: 'Marquee' }] }] });
  await expect(own.getByTestId('widget-wrong')).toContainText('children[0].children[0]: there is no component of type `Marquee`');
  await draw(page, '{"type": "Card",');
  await expect(own.getByTestId('widget-wrong')).toContainText('line 1 column');
  await draw(page, {
    type: 'Card',
    background: 'url(https://evil.example/a.png)',
    children: [
      { type: 'Text', value: '<img src=x onerror="document.title=1">', color: 'red;position:fixed' },
      { type: 'Image', src: 'https://evil.example/b.png', alt: 'far' },
      { type: 'Markdown', value: '<script>document.title=1</script>' },
    ],
  });
  await expect(own.getByTestId('widget-wrong')).toHaveCount(0);
  await expect(own.getByText('<img src=x')).toBeVisible();
  await expect(own.locator('.widget img, .widget script')).toHaveCount(0);
  await expect(own.getByRole('link', { name: 'far' })).toHaveAttribute('href', 'https://evil.example/b.png');
});

test('a widget may have a theme of its own', async ({ page, chat, context, server }) => {
  await setAppearance(context, server.url, 'en', 'light');
  await chat.open('/widgets');
  const brightness = (locator: Locator) =>
    locator.evaluate((element) => {
      const canvas = document.createElement('canvas').getContext('2d');
      if (!canvas) return -1;
      canvas.fillStyle = getComputedStyle(element).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((sum, part) => sum + part, 0) / 3;
    });
  expect(await brightness(example(page, 'list-view').locator('.w-root'))).toBeLessThan(60);
  expect(await brightness(example(page, 'whole-task-list').locator('.w-root'))).toBeGreaterThan(200);
});
