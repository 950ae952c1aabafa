/**
 * The chat page in Urdu and in a mixed conversation, on a phone and on a desk, light and dark: pictures, checked for what a picture shows.
 * With KAAM_SCREENS=1 they are written to docs/images.
 */
import * as path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Chat, expect, setAppearance, test } from '../support/fixtures';
import { inkOutOfPlace } from '../support/ink';

const DOCS = path.join(import.meta.dirname, '../../docs/images');

const conversations = {
  urdu: {
    locale: 'ur',
    says: ['مجھے کل شام 5 بجے احمد کو فون کرنا ہے', 'جمعہ کو دوپہر 2 بجے ڈاکٹر کے پاس جانا ہے، بہت ضروری', 'میرے باقی کام دکھائیں'],
  },
  mixed: {
    locale: 'en',
    says: ['remind me to pay the electricity bill on Friday', 'kal subah 9 baje team meeting hai', 'مجھے ہفتے کو بچوں کے لیے Lahore کے ٹکٹ لینے ہیں'],
  },
} as const;

const screens = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 },
  desktop: { viewport: { width: 1280, height: 720 } },
} as const;

async function converse(chat: Chat, says: readonly string[]): Promise<void> {
  await chat.open();
  for (const text of says) await chat.ask(text);
  // As somebody finds it who opens it: everything is drawn by the server, and nothing moves.
  await chat.page.reload();
  await chat.hydrated();
}

for (const [what, { locale, says }] of Object.entries(conversations)) {
  for (const [size, options] of Object.entries(screens)) {
    test(`${what} on a ${size}, light and dark`, async ({ another, server }, info) => {
      test.setTimeout(120_000);
      const { page, context, chat } = await another({ ...options, reducedMotion: 'reduce' });
      await setAppearance(context, server.url, locale, 'light');
      await converse(chat, says);
      const address = page.url();
      for (const theme of ['light', 'dark'] as const) {
        await setAppearance(context, server.url, locale, theme);
        await page.goto(address);
        await chat.hydrated();
        await expect(chat.users).toHaveCount(says.length);
        await expect.poll(() => page.evaluate(() => [...document.fonts].some(({ family, status }) => family === 'Kaam Nastaliq' && status === 'loaded'))).toBe(true);
        expect(await inkOutOfPlace(page), 'letters out of their place').toEqual([]);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`), 'axe').toEqual([]);
        const name = `chat-${what}-${size}-${theme}.png`;
        await page.screenshot({ path: process.env.KAAM_SCREENS === '1' ? path.join(DOCS, name) : info.outputPath(name), animations: 'disabled' });
      }
    });
  }
}

test('the check of letters finds lines that are too tight, and boxes that cut', async ({ chat, page, context, server }) => {
  await setAppearance(context, server.url, 'ur', 'light');
  await converse(chat, conversations.urdu.says);
  expect(await inkOutOfPlace(page)).toEqual([]);
  /** Another sheet of style, or none: past the policy of the page, which is not what is tried here. */
  const style = (css: string) =>
    page.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets = [sheet];
    }, css);
  await style('* { line-height: 1.2 !important }');
  const found = await inkOutOfPlace(page);
  expect(found.length, found.join('\n')).toBeGreaterThan(5);
  await style('');
  expect(await inkOutOfPlace(page)).toEqual([]);
  await style('.task-title { overflow: hidden; block-size: 1.5em }');
  expect((await inkOutOfPlace(page)).join('\n')).toContain('task-title');
});
