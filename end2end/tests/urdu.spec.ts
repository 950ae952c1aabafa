/** Urdu on the page: its font, its direction, its language, and its sound. */
import type { Page } from '@playwright/test';
import { type Chat, expect, setAppearance, test } from '../support/fixtures';
import { Gate } from '../scripted-model';

const URDU = 'مجھے سبزی لانی ہے';

/** The fonts that a page asks for. */
function fonts(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'font' || request.url().includes('.woff')) asked.push(new URL(request.url()).pathname);
  });
  return asked;
}

test.describe('the font', () => {
  test('is not loaded by a page in English, and is by one that shows Urdu', async ({ page, chat, context, server }) => {
    const asked = fonts(page);
    await chat.open();
    await chat.ask('add buy milk tomorrow');
    for (const path of [page.url(), '/chat', '/tasks', '/settings']) {
      await chat.open(path);
      await page.evaluate(() => document.fonts.ready);
    }
    expect(asked, 'all is in English').toEqual([]);

    const font = page.waitForResponse(/\/fonts\//);
    await chat.open();
    await chat.ask(URDU);
    const response = await font;
    expect(response.status()).toBe(200);
    expect(response.headers()).toMatchObject({ 'content-type': 'font/woff2', 'cache-control': 'public, max-age=31536000, immutable' });
    expect(response.headers()['content-encoding'], 'a font is compressed as it is').toBeUndefined();
    await page.evaluate(() => document.fonts.ready);
    expect(asked).toHaveLength(1);

    await setAppearance(context, server.url, 'ur', 'light');
    await chat.open('/tasks');
    await page.evaluate(() => document.fonts.ready);
    await expect.poll(() => page.evaluate(() => [...document.fonts].some(({ family, status }) => family === 'Kaam Nastaliq' && status === 'loaded'))).toBe(true);
  });

  test('is asked for once and early by a page in Urdu', async ({ browser, server, watch }) => {
    void watch;
    const context = await browser.newContext({ baseURL: server.url, locale: 'ur-PK' });
    const page = await context.newPage();
    const asked = fonts(page);
    await page.goto('/sign-in');
    await page.evaluate(() => document.fonts.ready);
    expect(asked).toEqual(['/fonts/noto-nastaliq-urdu-3.007.woff2']);
    await context.close();
  });

  test('has lines of 2.5 and more, wherever Urdu stands', async ({ page, chat, context, server }) => {
    await chat.open();
    await chat.ask(URDU);
    const lines = () =>
      page.evaluate(() => {
        const found: string[] = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const element = node.parentElement;
          if (!element?.checkVisibility() || !/[\u0600-\u06ff]/.test((node as Text).data) || element.closest('.word-mark, .switch, .hidden, .skip, script')) continue;
          const { lineHeight, fontSize, fontFamily } = getComputedStyle(element);
          const ratio = Number.parseFloat(lineHeight) / Number.parseFloat(fontSize);
          if (!(ratio >= 2.5) || !fontFamily.includes('Kaam Nastaliq')) found.push(`${element.outerHTML.slice(0, 120)}: ${ratio}`);
        }
        for (const field of document.querySelectorAll('textarea:lang(ur), input:lang(ur):not([type=hidden])')) {
          const { lineHeight, fontSize } = getComputedStyle(field);
          if (!(Number.parseFloat(lineHeight) / Number.parseFloat(fontSize) >= 2.5)) found.push(field.outerHTML.slice(0, 120));
        }
        return found;
      });
    expect(await lines(), 'in an English page').toEqual([]);
    await setAppearance(context, server.url, 'ur', 'light');
    for (const path of [page.url(), '/chat', '/tasks', '/settings']) {
      await chat.open(path);
      expect(await lines(), path).toEqual([]);
    }
  });
});

test('every message says its language and its direction, and every name is set apart', async ({ page, chat }) => {
  await chat.open();
  for (const [text, lang, dir] of [
    ['add buy milk', 'en', 'ltr'],
    ['kal subah 9 baje meeting hai', 'ur-Latn', 'ltr'],
    [URDU, 'ur', 'rtl'],
    ['Zoom meeting کل صبح 9 بجے رکھ دیں', 'ur', 'rtl'],
  ] as const) {
    await chat.ask(text);
    const [message, answer] = [chat.users.last(), chat.answers.last()];
    for (const attributes of [message, answer.locator('.block > div').first()]) {
      await expect(attributes, text).toHaveAttribute('lang', lang);
      await expect(attributes, text).toHaveAttribute('dir', dir);
    }
    await expect(answer).toHaveAttribute('lang', lang);
  }
  for (const title of await chat.tasks.locator('.task-title').all()) await expect(title.locator('bdi[dir]')).toHaveCount(1);
  await expect(page.locator('.thread-title[dir], .bar-title bdi[dir]')).toHaveCount(2);
  // Urdu inside of an English sentence.
  await chat.ask(`add ask the shop what “${URDU}” means`);
  await expect(chat.users.last().locator('span[lang="ur"]')).toHaveText(URDU);
});

test('digits are Latin, or Urdu where somebody wants them, but never in what they wrote', async ({ page, chat, context, server }) => {
  await setAppearance(context, server.url, 'ur', 'light');
  await chat.open();
  await chat.ask('کل شام 5 بجے 12 انڈے لینے ہیں');
  const when = chat.tasks.locator('time');
  await expect(when).toHaveText('کل، شام 5 بجے');
  await chat.open('/settings');
  const choice = page.locator('select[name="digits"]');
  await expect(choice).toHaveValue('latin');
  await choice.selectOption('urdu');
  const week = page.locator('select[name="week_start"]');
  await expect(week).toHaveValue('monday');
  await week.selectOption({ label: 'اتوار' });
  await page.locator('form[action="/api/account/profile"]').getByTestId('submit').click();
  await expect(page.getByTestId('saved')).toBeVisible();
  await expect(choice).toHaveValue('urdu');
  await expect(week).toHaveValue('sunday');

  await page.getByTestId('thread').first().click();
  await expect(when).toHaveText('کل، شام ۵ بجے');
  await expect(chat.panel.locator('.count')).toHaveText(['۱', '۰']);
  await expect(chat.tasks.locator('.task-title'), 'a title is somebody’s own').toContainText('12');
  await expect(chat.users.first()).toContainText('5 بجے 12 انڈے');
  await chat.ask('میرے کام دکھائیں');
  await expect(chat.steps.last()).toContainText('۱ کام ملا');
  await expect(page.getByTestId('widget-item').last()).toContainText('شام ۵ بجے');
  await expect(page.getByTestId('widget-item').last()).toContainText('12 انڈے');
  await page.reload();
  await chat.hydrated();
  await expect(chat.panel.locator('.count')).toHaveText(['۱', '۰']);
  await expect(page.getByTestId('widget-item').last()).toContainText('شام ۵ بجے');
});

test.describe('while a model writes', () => {
  test.use({ assistant: 'scripted' });

  test('no block turns round', async ({ page, chat, server }) => {
    const gate = new Gate();
    const text = ['Zoom ', 'meeting ', 'کل ', 'صبح ', '9 ', 'بجے ', 'رکھ ', 'دی ', 'گئی ', 'ہے۔\n\n', 'Nestle ', 'دودھ ', 'کا ', 'ڈبہ ', 'بھی ', 'لکھ ', 'لیا۔\n\n', 'Ok ', 'thanks ', 'for ', 'waiting ', 'so ', 'long.'];
    // Word by word, once the answer is let through: until its language is told, its beginning is held back.
    const held = gate.at(text.length - 1);
    const before = (at: number) => held(at) ?? (at > 6 ? expect(chat.answers.last()).toContainText(text[at - 1]?.trim() ?? '') : undefined);
    server.model?.script('گھمائیں', { text, before });
    await chat.open();
    await page.evaluate(() => {
      const seen: string[][] = [];
      (globalThis as unknown as { seen: string[][] }).seen = seen;
      new MutationObserver(() => {
        const blocks = [...document.querySelectorAll('[data-testid="message-answer"]:last-of-type .block > [dir]')];
        seen.push(blocks.map((block) => block.getAttribute('dir') ?? ''));
      }).observe(document.body, { childList: true, subtree: true, attributes: true });
    });
    await chat.say('اسے گھمائیں نہیں');
    await expect(chat.answers.last()).toContainText('so');
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[][] }).seen);
    const turns = [0, 1].map((block) => [...new Set(seen.map((blocks) => blocks[block]).filter((dir) => dir !== undefined))]);
    expect(turns, 'the directions that each block has had').toEqual([['rtl'], ['rtl']]);
    expect(seen.length, 'it was seen growing').toBeGreaterThan(10);
    gate.open();
    await chat.idle();
    await expect(chat.answers.last().locator('.block > div')).toHaveCount(3);
    await expect(chat.answers.last().locator('.block > div').last(), 'in the end by its own letters').toHaveAttribute('dir', 'ltr');
  });
});

test.describe('reading aloud', () => {
  interface Said {
    text: string;
    lang: string;
    onend?: () => void;
    onerror?: () => void;
  }
  type Voice = { said: Said[]; cancelled: number };
  const voice = (page: Page) => page.evaluate(() => (window as unknown as { voice: Voice }).voice);

  /** The browser of the tests has no voices: one that notes what it is told. */
  async function withVoice(page: Page): Promise<void> {
    await page.addInitScript(() => {
      const voice: Voice = { said: [], cancelled: 0 };
      class SpeechSynthesisUtterance {
        lang = '';
        constructor(readonly text: string) {}
      }
      const speechSynthesis = { speak: (said: Said) => voice.said.push(said), cancel: () => (voice.cancelled += 1) };
      for (const [name, value] of Object.entries({ voice, SpeechSynthesisUtterance, speechSynthesis })) Object.defineProperty(window, name, { value, configurable: true });
    });
  }
  const button = (chat: Chat, at: number) => chat.page.getByTestId('message-answer').nth(at).getByTestId('read-aloud');

  test('each answer in its language, until it ends or is stopped', async ({ page, chat }) => {
    await withVoice(page);
    await chat.open();
    await chat.ask('add buy milk');
    await chat.ask(URDU);
    const [english, urdu] = [button(chat, 0), button(chat, 1)];
    await expect(english).toHaveAccessibleName('Read aloud');

    await english.click();
    await expect(english).toHaveAccessibleName('Stop reading');
    await expect(english).toHaveAttribute('aria-pressed', 'true');
    let { said } = await voice(page);
    expect(said.map(({ text }) => text).join(' ')).toContain('buy milk');
    expect(new Set(said.map(({ lang }) => lang))).toEqual(new Set(['en-US']));

    // Another one: the first falls silent, and says so.
    const before = said.length;
    await urdu.click();
    await expect(urdu).toHaveAttribute('aria-pressed', 'true');
    await expect(english).toHaveAttribute('aria-pressed', 'false');
    ({ said } = await voice(page));
    expect((await voice(page)).cancelled).toBe(1);
    expect(said.slice(before).every(({ lang }) => lang === 'ur-PK') && said.length > before, JSON.stringify(said)).toBe(true);
    expect(said.slice(before).map(({ text }) => text).join(' ')).toContain('سبزی');

    // Stopped by hand.
    await urdu.click();
    await expect(urdu).toHaveAttribute('aria-pressed', 'false');
    expect((await voice(page)).cancelled).toBe(2);

    // Said to its end.
    await english.click();
    await page.evaluate(() => (window as unknown as { voice: Voice }).voice.said.at(-1)?.onend?.());
    await expect(english).toHaveAccessibleName('Read aloud');

    // A page that is left falls silent.
    await english.click();
    const { cancelled } = await voice(page);
    await page.locator('a[href="/settings"]').filter({ visible: true }).first().click();
    await expect(page).toHaveURL(/\/settings$/);
    await expect.poll(async () => (await voice(page)).cancelled).toBe(cancelled + 1);
  });

  test('in Urdu, the button does, too', async ({ page, chat, context, server }) => {
    await withVoice(page);
    await setAppearance(context, server.url, 'ur', 'light');
    await chat.open();
    await chat.ask(URDU);
    await expect(button(chat, 0)).toHaveAccessibleName('بلند آواز میں سنائیں');
    await button(chat, 0).click();
    await expect(button(chat, 0)).toHaveAccessibleName('سنانا بند کریں');
  });

  test('has no button where the browser has no voice', async ({ page, chat }) => {
    await page.addInitScript(() => Object.defineProperty(window, 'speechSynthesis', { value: undefined }));
    await chat.open();
    await chat.ask('add buy milk');
    await page.getByTestId('message-answer').hover();
    await expect(page.getByTestId('answer-again')).toBeVisible();
    await expect(page.getByTestId('read-aloud')).toBeHidden();
  });
});

/** How much moved under the reader's eyes, without them having done anything. */
async function shifts(page: Page): Promise<number> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0))));
  return page.evaluate(() => (window as unknown as { shifts: number }).shifts);
}

async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.assign(window, { shifts: 0 });
    const add = (entries: PerformanceEntryList) => {
      for (const entry of entries as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) (window as unknown as { shifts: number }).shifts += entry.value;
      }
    };
    new PerformanceObserver((list) => add(list.getEntries())).observe({ type: 'layout-shift', buffered: true });
  });
}

test('nothing jumps when the font comes late: Urdu on a phone', async ({ another, server }) => {
  const { page, context, chat } = await another({ viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  await setAppearance(context, server.url, 'ur', 'light');
  await chat.open();
  for (const text of ['کل شام کو احمد کے ساتھ مل کر بازار جانا ہے اور وہاں سے سبزی بھی لانی ہے', 'آپ کیا کیا کر سکتے ہیں؟', 'میرے کام دکھائیں']) await chat.ask(text);
  const url = page.url();
  await watchShifts(page);
  const held = new Gate();
  await page.route('**/fonts/*', async (route) => {
    await held.at(0)(0);
    await route.continue();
  });
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.clearBrowserCache');
  await page.goto(url);
  await chat.hydrated();
  const font = page.waitForResponse(/\/fonts\//);
  held.open();
  await (await font).finished();
  await page.evaluate(() => document.fonts.ready);
  expect(await shifts(page)).toBeLessThanOrEqual(0.02);
});

test('the task panel has its place before it is there', async ({ page, chat }) => {
  await watchShifts(page);
  await chat.open();
  await chat.ask('add buy milk');
  for (const path of [page.url(), '/chat']) {
    await chat.open(path);
    expect(await shifts(page), path).toBeLessThanOrEqual(0.02);
  }
});
