/** A tour of the page in Firefox: sign up, talk, tick, watch an answer come, and all of it in Urdu. */
import { expect, test } from '@playwright/test';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { Gate } from '../scripted-model';
import { PASSWORD } from '../support/fixtures';
import { Kaam } from '../support/servers';

const FIREFOX = process.env.KAAM_FIREFOX ?? '/usr/bin/firefox-esr';
/** What keeps Firefox from calling home, and makes it a browser of this place. */
const PREFERENCES = {
  'app.update.auto': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'datareporting.healthreport.uploadEnabled': false,
  'intl.accept_languages': 'en-GB',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.enabled': false,
};

test.describe.configure({ mode: 'serial' });

let kaam: Kaam;
let browser: Browser;
let page: Page;
/** What nobody sees on the page: errors in the console, and answers that failed. */
const problems: string[] = [];
let isLeaving = false;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  kaam = await Kaam.start('scripted');
  browser = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true, extraPrefsFirefox: PREFERENCES });
  page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  page.on('console', (message) => {
    // Firefox ends the streams of a page that is left with an error, which `server_fn` writes to the console.
    if (isLeaving && message.text() === 'JSHandle@error') return;
    if (message.type() === 'error' || /hydrat|panicked/i.test(message.text())) problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`page error: ${String(error)}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
});

test.afterAll(async () => {
  await browser?.close();
  await kaam?.stop();
});

test.afterEach(() => expect(problems.splice(0), 'errors in the console, and answers that failed').toEqual([]));

/** The texts of all elements that fit. */
const texts = (selector: string): Promise<string[]> => page.$$eval(selector, (found) => found.map((one) => (one as HTMLElement).innerText.trim()));
const hydrated = (): Promise<unknown> => page.waitForSelector('body[data-hydrated="true"]');
const part = (id: string): string => `[data-testid="${id}"]`;
const ANSWERS = `${part('message-answer')} .prose`;

const open = (path: string): Promise<void> => leave(() => page.goto(kaam.url + path));

/** Leaves the page for another one. */
async function leave(go: () => Promise<unknown>): Promise<void> {
  isLeaving = true;
  await go();
  await hydrated();
  isLeaving = false;
}

/** Types a message and sends it by the keyboard. */
async function say(text: string): Promise<void> {
  await page.focus(part('composer'));
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await texts(`${part('message-user')} .bubble`)).at(-1)).toBe(text);
}

async function idle(): Promise<void> {
  await expect.poll(() => page.$$eval('[data-testid="stop"]', (found) => found.filter((one) => (one as HTMLElement).offsetParent).length)).toBe(0);
}

test('it is Firefox', async () => {
  expect(await browser.version()).toMatch(/firefox/i);
  // The server is asked nothing that this browser would not carry: no header of another one, no cookie that it drops.
  expect(await page.evaluate(() => navigator.userAgent)).toContain('Firefox');
});

test('a person signs up', async () => {
  await open('/sign-up');
  await page.type('#name', 'Ayesha');
  await page.type('#email', 'ayesha@example.com');
  await page.type('#password', PASSWORD);
  await leave(async () => {
    await page.click(part('submit'));
    await page.waitForFunction(() => location.pathname === '/chat');
  });
  const cookies = await browser.cookies();
  expect(cookies.find((cookie) => cookie.name === 'kaam_session')).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
});

test('the person talks, and what they said is done', async () => {
  kaam.model?.script('milk', { calls: [{ name: 'add_task', arguments: { title: 'Buy milk', due: 'tomorrow' } }] }, { text: ['I have ', 'added ', 'milk.'] });
  await say('add milk for tomorrow');
  await expect.poll(() => texts(ANSWERS)).toContain('I have added milk.');
  await idle();
  await expect.poll(() => texts(`${part('task-panel')} ${part('task')}`)).toEqual([expect.stringContaining('Buy milk')]);
  await page.waitForFunction(() => /^\/chat\/thr_/.test(location.pathname));
});

test('an answer is shown while it is written', async () => {
  const gate = new Gate();
  const words = 'Here is a story that comes word by word, and is **never** shown at once.'.split(/(?<= )/);
  kaam.model?.script('story', { text: words, before: gate.at(words.length - 3) });
  await say('tell me a story');
  await expect.poll(async () => (await texts(ANSWERS)).at(-1)).toContain('word by word');
  expect((await texts(ANSWERS)).at(-1)).not.toContain('at once');
  gate.open();
  await expect.poll(async () => (await texts(ANSWERS)).at(-1)).toContain('shown at once.');
  await idle();
  expect(await page.$$eval(`${ANSWERS} strong`, (found) => found.map((one) => one.textContent))).toEqual(['never']);
  // All of it is there after a reload, drawn by the server.
  const before = await texts(ANSWERS);
  await leave(() => page.reload());
  expect(await texts(ANSWERS)).toEqual(before);
});

test('a task is ticked', async () => {
  await open('/tasks');
  await page.click(`${part('pending')} ${part('task')} [role="checkbox"]`);
  await expect.poll(() => texts(`${part('completed')} ${part('task')}`)).toEqual([expect.stringContaining('Buy milk')]);
  expect(await texts(`${part('pending')} ${part('task')}`)).toEqual([]);
  await open('/tasks');
  expect(await texts(`${part('completed')} ${part('task')}`), 'and stays so').toEqual([expect.stringContaining('Buy milk')]);
});

test('a task is added by the line, with its date as a chip', async () => {
  await page.type(part('new-task'), 'pay the rent tomorrow at 5pm');
  await page.waitForSelector(part('taken'));
  await page.click(part('add-task'));
  await expect.poll(() => texts(`${part('pending')} ${part('task')}`)).toEqual([expect.stringMatching(/pay the rent/)]);
});

test('all of it in Urdu: from right to left, in its own font', async () => {
  await open('/settings');
  await leave(async () => {
    await page.click('button[name="locale"][value="ur"]');
    await page.waitForFunction(() => document.documentElement.lang === 'ur');
  });
  expect(await page.evaluate(() => document.documentElement.dir)).toBe('rtl');
  await open('/chat');
  const answer = 'جی، دودھ کل کے لیے لکھ لیا ہے۔';
  kaam.model?.script('دودھ', { text: [...answer], cut: true });
  await say('کل دودھ لانا ہے');
  await expect.poll(() => texts(ANSWERS)).toContain(answer);
  await idle();
  const look = await page.$eval(`${part('message-answer')} .prose`, (prose) => {
    const block = prose.querySelector('p') ?? prose;
    const style = getComputedStyle(block);
    return { direction: style.direction, font: style.fontFamily, fits: document.documentElement.scrollWidth <= innerWidth };
  });
  expect(look).toMatchObject({ direction: 'rtl', font: expect.stringContaining('Kaam Nastaliq'), fits: true });
  await expect.poll(() => page.evaluate(() => [...document.fonts].some(({ family, status }) => family.includes('Kaam Nastaliq') && status === 'loaded'))).toBe(true);
});
