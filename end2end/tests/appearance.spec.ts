/** Languages, colours, screens and keys. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { Chat, expect, openContext, setAppearance, test } from '../support/fixtures';

/** Nothing is wider than its place: neither the page, nor what is written on a button. */
async function expectNothingCut(page: Page): Promise<void> {
  const cut = await page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} wide on a screen of ${clientWidth}`);
    for (const element of document.querySelectorAll<HTMLElement>('button, a, label, h1, h2, h3, p, input, summary')) {
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      if (box.width < 2 || style.visibility === 'hidden') continue;
      if (element.scrollWidth > element.clientWidth + 1 && style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis') {
        found.push(`${element.outerHTML.slice(0, 80)} is cut`);
      }
      if (element.scrollHeight > element.clientHeight + 4 && style.overflowY === 'hidden' && element.clientHeight > 0 && style.textOverflow !== 'ellipsis') {
        found.push(`${element.outerHTML.slice(0, 80)} is cut below`);
      }
    }
    return found;
  });
  expect(cut).toEqual([]);
}

async function centre(locator: Locator): Promise<number> {
  const box = await locator.boundingBox();
  if (!box) throw new Error('not visible');
  return box.x + box.width / 2;
}

async function background(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    if (!context) return -1;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 1, 1);
    for (const element of [document.documentElement, document.body]) {
      context.fillStyle = getComputedStyle(element).backgroundColor;
      context.fillRect(0, 0, 1, 1);
    }
    return context.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((sum, part) => sum + part, 0) / 3;
  });
}

test('Urdu: language, direction, a mirrored page, nothing cut', async ({ page, chat, context, server }) => {
  await chat.open();
  await chat.ask('add buy milk');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.locator('html')).toHaveAttribute('dir', 'ltr');
  const english = await centre(chat.panel);

  await setAppearance(context, server.url, 'ur', 'light');
  await page.reload();
  await chat.hydrated();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ur');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  const urdu = await centre(chat.panel);
  expect(Math.abs(english + urdu - 1280), `panel at ${english}, then at ${urdu}`).toBeLessThan(24);
  await expectNothingCut(page);
  // An English message keeps its own direction.
  await expect.poll(() => chat.users.first().evaluate((element) => getComputedStyle(element.querySelector('[dir]') ?? element).direction)).toBe('ltr');

  for (const path of ['/chat', '/tasks', '/settings']) {
    await chat.open(path);
    await expectNothingCut(page);
    // No word of the English interface is left over, but what people wrote and the name.
    await expect(page.getByRole('button', { name: /^(send|new|delete|save|sign out)/i })).toHaveCount(0);
  }
});

test('the language of the browser counts where nobody has chosen', async ({ browser, server, watch }) => {
  const context = await openContext(browser, server.url, watch, { locale: 'ur-PK' });
  const page = await context.newPage();
  await new Chat(page).open('/sign-in');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ur');
  await expectNothingCut(page);
  await context.close();
});

test('dark and light: chosen, or as the system has it', async ({ page, chat, context, server }) => {
  await chat.open();
  expect(await background(page)).toBeGreaterThan(200);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await background(page)).toBeLessThan(60);
  await setAppearance(context, server.url, 'en', 'light');
  await chat.open();
  expect(await background(page), 'chosen light, on a dark system').toBeGreaterThan(200);
  await page.emulateMedia({ colorScheme: 'light' });
  await setAppearance(context, server.url, 'en', 'dark');
  await chat.open();
  expect(await background(page), 'chosen dark, on a light system').toBeLessThan(60);
});

for (const locale of ['en', 'ur'] as const) {
  test(`a phone, ${locale}: no sideways scrolling, tasks within reach`, async ({ another, server }) => {
    const { page, context, chat } = await another({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await setAppearance(context, server.url, locale, 'system');
    await chat.open();
    await expectNothingCut(page);
    await chat.ask('add buy a very long list of things for the wedding of my cousin in Faisalabad, and-one-very-long-word-without-any-space-in-it-at-all-at-all');
    await expectNothingCut(page);
    await expect(chat.composer).toBeInViewport();

    // The tasks are one tap away, if they do not show at once.
    if (!(await chat.tasks.first().isVisible())) await page.locator('button[popovertarget="tasks"]').filter({ visible: true }).first().click();
    await expect(chat.tasks.first()).toBeVisible();
    await expectNothingCut(page);
    for (const path of ['/tasks', '/settings']) {
      await chat.open(path);
      await expectNothingCut(page);
    }
  });
}

test('the keyboard is enough', async ({ page, chat, context, person }) => {
  await context.clearCookies();
  await chat.open('/sign-in');
  /** Presses Tab until the element has the focus, and looks whether that shows. */
  const tabTo = async (target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') => {
    for (let presses = 0; presses < 60; presses += 1) {
      if (await target.evaluateAll((elements) => elements.some((element) => element === document.activeElement))) {
        const outline = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const around: HTMLElement[] = [element];
          for (let each = element.parentElement; each && element.closest('form')?.contains(each); each = each.parentElement) around.push(each);
          if (element.parentElement) around.push(element.parentElement);
          return around.some((each) => getComputedStyle(each).outlineStyle !== 'none' || getComputedStyle(each).boxShadow !== 'none');
        });
        expect(outline, 'the focus can be seen').toBe(true);
        return;
      }
      await page.keyboard.press(key);
    }
    throw new Error('the keyboard does not get there');
  };
  await tabTo(page.locator('input[name="email"]'));
  await page.keyboard.type(person.email);
  await tabTo(page.locator('input[name="password"]'));
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/chat$/);
  await chat.hydrated();

  await tabTo(chat.composer);
  await page.keyboard.type('add first line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await expect(chat.users).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(chat.answers).toHaveCount(1);
  await chat.idle();
  await expect(chat.composer).toBeFocused();
  await expect(chat.composer).toHaveValue('');
  await expect(chat.tasks.first()).toBeVisible();
  await tabTo(chat.tasks.first().locator('button, input'));
  await tabTo(chat.threads.first(), 'Shift+Tab');
});

for (const locale of ['en', 'ur'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`axe finds nothing serious: ${locale}, ${theme}`, async ({ page, chat, context, server, watch }) => {
      watch.allow(/status of 404/);
      test.setTimeout(120_000);
      const check = async (what: string) => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 5).map((node) => `${node.target.join(' ')}: ${node.failureSummary}`) }));
        expect(serious, what).toEqual([]);
      };
      await setAppearance(context, server.url, locale, theme);
      await chat.open();
      await check('start screen');
      await chat.ask('add buy milk tomorrow');
      await chat.ask('kal subah 9 baje meeting hai');
      await check('a conversation');
      for (const path of ['/tasks', '/settings']) {
        await chat.open(path);
        await check(path);
      }
      await page.goto('/chat/thr_00000000000000000000000000000007');
      await chat.hydrated();
      await check('not found');
      await page.goto('about:blank');
      await context.clearCookies({ name: /kaam_session/ });
      for (const path of ['/sign-in', '/sign-up']) {
        await chat.open(path);
        await check(path);
      }
    });
  }
}
