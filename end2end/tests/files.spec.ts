/** Files: chosen, pasted and dropped, sent with a message, shown in it, and handed to the model. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';

/** A red dot of eight by eight. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGN4oKCAFTEMLQkAUmxIATH3sAAAAAAASUVORK5CYII=',
  'base64',
);
const picture = (name = 'red dot.png') => ({ name, mimeType: 'image/png', buffer: PICTURE });
const note = (text: string, name = 'list.txt') => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

const files = (page: Page) => page.getByTestId('file');
const field = (page: Page) => page.getByTestId('file-input');
const isShown = (image: Locator) => image.evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth));

/** What the browser holds when files are pasted or dropped. */
async function transfer(page: Page, list: { name: string; mimeType: string; buffer: Buffer }[]) {
  return page.evaluateHandle((all) => {
    const data = new DataTransfer();
    for (const { name, type, bytes } of all) data.items.add(new File([Uint8Array.from(bytes)], name, { type }));
    return data;
  }, list.map(({ name, mimeType, buffer }) => ({ name, type: mimeType, bytes: [...buffer] })));
}

// The recorder of traces reads the little pictures of the composer by requests that the page's policy refuses.
test.beforeEach(({ watch }) => watch.allow(/connect-src blob|Connecting to 'blob:/));

/** What has been uploaded, by name. */
async function ready(page: Page, ...names: string[]): Promise<void> {
  await expect(page.locator('[data-testid="file"].ready .file-name')).toHaveText(names);
}

test.describe('with a model', () => {
  test.use({ assistant: 'scripted' });

  test('a picture and a text reach the model, and stay in the conversation', async ({ page, chat, server, another }) => {
    server.model?.script('what is this', { text: ['A red dot, and two things to buy.'] });
    await chat.open();
    await field(page).setInputFiles([picture(), note('milk\nدودھ')]);
    await ready(page, 'red dot.png', 'list.txt');
    await chat.ask('what is this');
    await expect(files(page)).toHaveCount(0);
    const sent = server.model?.requests.at(-1)?.messages.findLast(({ role }) => role === 'user')?.content;
    expect(JSON.stringify(sent)).toContain(PICTURE.toString('base64'));
    expect(JSON.stringify(sent)).toContain('milk\\nدودھ');

    const shown = page.getByTestId('message-user').last();
    expect(await isShown(shown.locator('.files img'))).toBe(8);
    await expect(shown.locator('.files bdi')).toHaveText('list.txt');
    await page.reload();
    await chat.hydrated();
    expect(await isShown(shown.locator('.files img'))).toBe(8);
    await test.step('nobody else reads it', async () => {
      const path = (await shown.locator('.files a').first().getAttribute('href')) ?? '';
      expect((await page.request.get(path)).headers()['x-content-type-options']).toBe('nosniff');
      const stranger = await another();
      expect((await stranger.page.request.get(path)).status()).toBe(404);
    });
  });
});

test('files are pasted and dropped', async ({ page, chat }) => {
  await chat.open();
  await chat.composer.evaluate((into, clipboardData) => {
    into.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, await transfer(page, [picture('pasted.png')]));
  await ready(page, 'pasted.png');
  const dropped = await transfer(page, [note('milk', 'dropped.txt')]);
  await page.locator('body').dispatchEvent('dragenter', { dataTransfer: dropped });
  await expect(page.getByTestId('drop')).toBeVisible();
  await page.locator('body').dispatchEvent('drop', { dataTransfer: dropped });
  await expect(page.getByTestId('drop')).toHaveCount(0);
  await ready(page, 'pasted.png', 'dropped.txt');
  await files(page).first().getByTestId('file-remove').click();
  await ready(page, 'dropped.txt');
});

test('what is not taken is told at once, and what did not arrive is sent again', async ({ page, chat, watch }) => {
  watch.allow(/ERR_FAILED|Failed to load resource/);
  await chat.open();
  const cases: [ReturnType<typeof picture>, string][] = [
    [{ name: 'tool.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ') }, 'Only pictures'],
    [note('', 'nothing.txt'), 'empty'],
    [{ name: 'big.png', mimeType: 'image/png', buffer: Buffer.alloc(10 * 1024 * 1024 + 1) }, '10 MB'],
    [{ name: 'no picture.png', mimeType: 'image/png', buffer: Buffer.from('<script>alert(1)</script>') }, 'Only pictures'],
  ];
  for (const [file, reason] of cases) {
    await field(page).setInputFiles(file);
    await expect(files(page).getByRole('alert'), file.name).toContainText(reason);
    await expect(chat.send, file.name).toBeDisabled();
    await page.getByTestId('file-remove').click();
  }
  await page.route('**/chatkit', (route) => route.abort(), { times: 1 });
  await field(page).setInputFiles(picture());
  await page.getByTestId('file-retry').click();
  await ready(page, 'red dot.png');
});
