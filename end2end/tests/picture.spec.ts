/** Takes the README's picture: `UPDATE_DOCS=1 npx playwright test picture`. */
import { fileURLToPath } from 'node:url';
import { Chat, expect, signUp, test } from '../support/fixtures';

test.skip(process.env.UPDATE_DOCS !== '1', 'UPDATE_DOCS=1 takes the picture anew');

test('the picture for the README', async ({ page, context, server }) => {
  await signUp(context, server.url, 'ayesha@example.com');
  const chat = new Chat(page);
  await page.setViewportSize({ width: 1280, height: 800 });
  await chat.open();
  await chat.ask('remind me to call Ahmed tomorrow at 5pm');
  await chat.ask('kal subah 9 baje meeting hai');
  await chat.ask('مجھے سبزی لانی ہے');
  await expect(chat.tasks).toHaveCount(3);
  await page.mouse.move(640, 2);
  await page.screenshot({ path: fileURLToPath(new URL('../../docs/images/chat.png', import.meta.url)), animations: 'disabled' });
});
