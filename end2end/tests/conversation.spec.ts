/** A conversation on the page: scrolling, its column, its titles, its steps, small screens, and drafts. */
import type { Page } from '@playwright/test';
import { Gate } from '../scripted-model';
import { expect, setAppearance, test } from '../support/fixtures';

const scroller = (page: Page) => page.locator('.chat .scroller');
const below = (page: Page) => scroller(page).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);

test.describe('while an answer is written', () => {
  test.use({ assistant: 'scripted' });

  const paragraphs = (count: number) => Array.from({ length: count }, (_, at) => `Paragraph ${at + 1} of a story.\n\n`);

  for (const way of ['wheel', 'PageUp', 'Home', 'one small step'] as const) {
    test(`who goes up stays there: ${way}`, async ({ page, chat, server }) => {
      const [first, second] = [new Gate(), new Gate()];
      const before = (at: number) => (at === 60 ? first.at(60)(60) : at === 90 ? second.at(90)(90) : undefined);
      server.model?.script('long-story', { text: paragraphs(100), gap: 5, before });
      await chat.open();
      await chat.say('tell me the long-story');
      await expect(chat.answers.last()).toContainText('Paragraph 60 ');
      await expect.poll(() => below(page), 'follows').toBeLessThan(96);
      first.open();
      await expect(chat.answers.last()).toContainText('Paragraph 65 ');
      const box = await scroller(page).boundingBox();
      await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 100);
      if (way === 'wheel') for (let notch = 0; notch < 3; notch += 1) await page.mouse.wheel(0, -120);
      else if (way === 'one small step') await page.mouse.wheel(0, -20);
      else {
        await page.locator('.log').focus();
        await page.keyboard.press(way);
      }
      await expect.poll(() => below(page)).toBeGreaterThan(0);
      await expect(chat.answers.last()).toContainText('Paragraph 90 ');
      const scrolled = () => scroller(page).evaluate((element) => element.scrollTop);
      // A key scrolls smoothly: where it ends is where one is.
      let top = await scrolled();
      await expect
        .poll(async () => {
          const before = top;
          top = await scrolled();
          return top === before;
        })
        .toBe(true);
      second.open();
      await expect(chat.answers.last()).toContainText('Paragraph 100 ');
      await chat.idle();
      expect(await scroller(page).evaluate((element) => element.scrollTop), 'not moved').toBe(top);
      await page.getByRole('button', { name: 'Jump to the newest' }).click();
      await expect.poll(() => below(page)).toBeLessThan(2);
    });
  }

  test('bold before a letter is bold from its first letter on, and nothing else is', async ({ page, chat, server }) => {
    const texts = ['**کل کے کام:**دودھ لانا', '**کام ہو گیا۔**اب آرام', 'فہرست: **Note:**text یہ ہے'];
    for (const [at, text] of texts.entries()) server.model?.script(`bold-${at}`, { text: [...text], gap: 10 });
    server.model?.script('powers', { text: [...'Here 2 ** 3 ** 2 is it, ~5000 (was 4000~), ~~gone~~.'] });
    await chat.open();
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => seen.push(...[...document.querySelectorAll('.answer .prose')].map((prose) => (prose as HTMLElement).innerText))).observe(document.body, {
        childList: true,
        subtree: true,
        characterData: true,
      });
    });
    for (const at of texts.keys()) {
      await chat.ask(`مجھے بتائیں bold-${at} کیا ہے`);
      await expect(chat.answers.last().locator('strong')).toHaveCount(1);
    }
    const starred = await page.evaluate(() => (window as unknown as { seen: string[] }).seen.filter((text) => text.includes('*')));
    expect(starred).toEqual([]);
    await chat.newThread.click();
    await chat.ask('please explain the powers');
    await expect(chat.answers.last()).toHaveText('Here 2 ** 3 ** 2 is it, ~5000 (was 4000~), gone.');
    await expect(chat.answers.last().locator('del')).toHaveText('gone');
    await expect(chat.answers.last().locator('strong')).toHaveCount(0);
  });
});

for (const width of [360, 1280, 1800]) {
  test(`the composer is where the messages are: ${width} wide`, async ({ page, chat }) => {
    await page.setViewportSize({ width, height: 700 });
    await chat.open();
    for (const text of ['add buy milk', 'add buy bread', 'add buy tea', 'list my tasks']) await chat.ask(text);
    const column = await page.locator('.log').boundingBox();
    const composer = await page.locator('.composer-box').boundingBox();
    expect([composer?.x, composer?.width]).toEqual([column?.x, column?.width]);
    await expect(chat.composer).toBeInViewport({ ratio: 1 });
    await scroller(page).evaluate((box) => (box.scrollTop = 0));
    await expect(chat.composer, 'wherever the reader is').toBeInViewport({ ratio: 1 });
  });
}

test('a title with signs of HTML is linked', async ({ chat, page }) => {
  await chat.open();
  await chat.ask('add buy salt & pepper');
  await expect(chat.answers.last().locator('a[data-task]')).toHaveText('buy salt & pepper');
  await chat.answers.last().locator('a[data-task]').click();
  await expect(page.locator('.task[aria-current="true"]')).toContainText('salt & pepper');
});

test('steps and titles in another language than the page’s', async ({ page, chat, context, server }) => {
  await chat.open();
  await chat.ask('میرا ایک بہت لمبا کام شامل کریں جس کا نام اتنا لمبا ہے کہ کہیں پورا نہیں آ سکتا اور کاٹنا پڑتا ہے');
  const urdu = chat.steps.first().locator('bdi');
  await expect(urdu).toHaveCSS('direction', 'rtl');
  for (const title of [page.locator('.thread-title').first(), page.locator('.bar-title bdi')]) {
    if (await title.evaluate((element) => element.matches('.bar-title *'))) await page.setViewportSize({ width: 360, height: 700 });
    // What is cut is the end: the beginning stands at the right edge of its box.
    const cut = await title.evaluate((element) => {
      const range = document.createRange();
      const text = element.firstChild as Text;
      range.setStart(text, 0);
      range.setEnd(text, 1);
      const [letter, box] = [range.getBoundingClientRect(), element.getBoundingClientRect()];
      return { overflows: element.scrollWidth > element.clientWidth, begins: box.right - letter.right, inside: letter.left >= box.left };
    });
    expect(cut.overflows && cut.inside && cut.begins < 4, JSON.stringify(cut)).toBe(true);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await setAppearance(context, server.url, 'ur', 'light');
  await chat.open();
  await chat.ask('add an early bird');
  const english = chat.steps.first().locator('bdi');
  await expect(english).toHaveCSS('direction', 'ltr');
  await expect(english).toHaveText(/^Added “\u2068an? ?early bird\u2069”|^Added “\u2068early bird\u2069”/);
});

test('magnified four times there is room for the conversation', async ({ page, chat }) => {
  await chat.open();
  for (const text of ['add buy milk', 'add buy bread', 'list my tasks']) await chat.ask(text);
  await page.setViewportSize({ width: 360, height: 225 });
  await page.reload();
  await chat.hydrated();
  const room = () =>
    page.evaluate(() => {
      const box = document.querySelector('.log')?.getBoundingClientRect();
      return Math.min(innerHeight, box?.bottom ?? 0) - Math.max(0, box?.top ?? 0);
    });
  const middle = page.locator('.middle');
  await middle.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await scroller(page).evaluate((element) => (element.scrollTop = element.scrollHeight / 3));
  expect(await room(), 'the bar and the composer are out of the way').toBeGreaterThan(200);
  await chat.composer.blur();
  await chat.composer.focus();
  await expect(chat.composer).toBeInViewport();
  await chat.composer.fill('add buy tea');
  await page.keyboard.press('Enter');
  await expect(chat.users.last()).toHaveText('add buy tea');
});

test('a draft stays with its conversation', async ({ page, chat }) => {
  await chat.open();
  await chat.ask('add buy milk');
  const first = page.url();
  await chat.composer.fill('کل شام the first draft');
  await page.reload();
  await chat.hydrated();
  await expect(chat.composer).toHaveValue('کل شام the first draft');

  await chat.newThread.click();
  await expect(page).toHaveURL(/\/chat$/);
  await expect(chat.composer).toHaveValue('');
  await chat.composer.fill('a new one');
  await page.locator('a[href="/tasks"]').filter({ visible: true }).first().click();
  await expect(page).toHaveURL(/\/tasks$/);
  await chat.threads.first().click();
  await expect(page).toHaveURL(first);
  await expect(chat.composer).toHaveValue('کل شام the first draft');
  await chat.newThread.click();
  await expect(chat.composer).toHaveValue('a new one');
  await chat.ask('a new one');
  await page.reload();
  await chat.hydrated();
  await expect(chat.composer, 'what was sent is no draft').toHaveValue('');
  await chat.newThread.click();
  await expect(chat.composer).toHaveValue('');
  await chat.open(first);
  await expect(chat.composer).toHaveValue('کل شام the first draft');

  // Drafts are only in this browser: they go with a yes.
  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await page.getByRole('dialog').getByTestId('confirm').click();
  await expect(page).toHaveURL(/\/sign-in$/);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('kaam.drafts')))).toEqual([]);
});

test('cells of a spreadsheet are pasted as text, a picture as a file', async ({ page, chat }) => {
  await chat.open();
  const paste = (kinds: Record<string, string>, picture: boolean) =>
    chat.composer.evaluate(
      (field, { kinds, picture }) => {
        const data = new DataTransfer();
        for (const [kind, text] of Object.entries(kinds)) data.setData(kind, text);
        if (picture) data.items.add(new File([Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (c) => c.charCodeAt(0))], 'image.png', { type: 'image/png' }));
        return field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
      },
      { kinds, picture },
    );
  const files = page.getByTestId('file');
  expect(await paste({ 'text/plain': 'milk\t2\neggs\t12', 'text/html': '<table><tr><td>milk</td><td>2</td></tr></table>' }, true), 'the browser pastes it').toBe(true);
  await expect(files).toHaveCount(0);
  expect(await paste({ 'text/html': '<img src="x.png">' }, true)).toBe(false);
  await expect(files).toHaveCount(1);
  expect(await paste({}, true)).toBe(false);
  await expect(files).toHaveCount(2);
});

test('that the built-in assistant answers is said once, and in the settings', async ({ page, chat }) => {
  const notice = page.getByTestId('built-in');
  await chat.open();
  await expect(notice).toHaveCount(0);
  await chat.ask('add buy milk');
  await expect(notice).toContainText('built-in assistant');
  await chat.ask('add buy bread');
  await expect(notice, 'in this conversation').toBeVisible();
  await chat.newThread.click();
  await chat.ask('add buy tea');
  await expect(notice, 'in no other').toHaveCount(0);
  await chat.threads.last().click();
  await expect(chat.users).toHaveCount(2);
  await notice.getByRole('button').click();
  await expect(notice).toHaveCount(0);
  await page.reload();
  await chat.hydrated();
  await expect(notice).toHaveCount(0);
  await chat.open('/settings');
  await expect(page.getByTestId('assistant')).toContainText('built-in assistant');
});
