/** What the tests share: a server, a watched browser, people with accounts, and the page's parts by name. */
import { type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page, test as base, expect } from '@playwright/test';
import { type Assistant, type Kaam, Servers } from './servers';
import { Watch } from './watch';

export { expect };

export const PASSWORD = 'correct horse battery';

export interface Person {
  email: string;
  password: string;
  name: string;
}

export interface Options {
  assistant: Assistant;
}

interface Fixtures {
  server: Kaam;
  watch: Watch;
  /** A new account, signed in in the test's own context. */
  person: Person;
  chat: Chat;
  /** A new account in a context of its own. */
  another: (options?: BrowserContextOptions) => Promise<{ person: Person; context: BrowserContext; page: Page; chat: Chat }>;
}

export const test = base.extend<Fixtures & Options, { servers: Servers }>({
  assistant: ['offline', { option: true }],
  servers: [
    async ({}, use) => {
      const servers = new Servers();
      await use(servers);
      await servers.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  server: [async ({ servers, assistant }, use) => use(await servers.get(assistant)), { timeout: 60_000 }],
  baseURL: async ({ server }, use) => use(server.url),
  watch: async ({ server }, use) => {
    const watch = new Watch(server.url);
    await use(watch);
    expect(watch.unexpected(), 'errors in the console, hydration, or requests that left the origin').toEqual([]);
  },
  context: async ({ context, watch }, use) => {
    await watch.context(context);
    await use(context);
  },
  person: async ({ context, server }, use) => use(await signUp(context, server.url)),
  chat: async ({ page, person }, use) => {
    void person;
    await use(new Chat(page));
  },
  another: async ({ browser, server, watch }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (options) => {
      const context = await openContext(browser, server.url, watch, options);
      opened.push(context);
      const person = await signUp(context, server.url);
      const page = await context.newPage();
      return { person, context, page, chat: new Chat(page) };
    });
    for (const context of opened) await context.close();
  },
});

/** A context like the test's own, for one more person or another kind of screen. */
export async function openContext(browser: Browser, url: string, watch: Watch, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 }, locale: 'en-GB', timezoneId: 'Asia/Karachi', ...options });
  await watch.context(context);
  return context;
}

let people = 0;

/** Makes an account by the form's own request; afterwards the context is signed in. */
export async function signUp(context: BrowserContext, url: string, email?: string): Promise<Person> {
  people += 1;
  const person = { email: email ?? `person${process.pid}-${people}@example.com`, password: PASSWORD, name: 'Ayesha' };
  await post(context, url, '/api/account/sign-up', { ...person, zone: 'Asia/Karachi', setup: '' });
  return person;
}

/** Sets language and colours, as the switch in the page does. */
export async function setAppearance(context: BrowserContext, url: string, locale: 'en' | 'ur', theme: 'system' | 'light' | 'dark'): Promise<void> {
  await post(context, url, '/api/account/appearance', { locale, theme, back: '/chat' });
}

/** Adds tasks in this order, as the line for new ones does. */
export async function addTasks(context: BrowserContext, url: string, texts: string[]): Promise<void> {
  for (const text of texts) {
    const response = await context.request.post(`${url}/api/tasks/add`, { form: { text }, headers: { origin: url, accept: 'application/json' } });
    expect(response.status()).toBe(200);
  }
}

/** Posts a form as the browser would, and expects the redirect that a form without JavaScript gets. */
async function post(context: BrowserContext, url: string, path: string, form: Record<string, string>): Promise<void> {
  const response = await context.request.post(url + path, { form, headers: { origin: url, accept: 'text/html' }, maxRedirects: 0 });
  expect([302, 303], `${path} answered ${response.status()}: ${await response.text()}`).toContain(response.status());
  expect(response.headers()['location'] ?? '', `${path} redirects to an error`).not.toMatch(/__err|error=/);
}

/** The parts of the page, by the test ids it promises. */
export class Chat {
  readonly composer: Locator;
  readonly send: Locator;
  readonly stop: Locator;
  readonly users: Locator;
  readonly answers: Locator;
  readonly steps: Locator;
  readonly tasks: Locator;
  readonly panel: Locator;
  readonly threads: Locator;
  readonly newThread: Locator;
  readonly failed: Locator;
  readonly retry: Locator;

  constructor(readonly page: Page) {
    this.composer = page.getByTestId('composer');
    this.send = page.getByTestId('send');
    this.stop = page.getByTestId('stop');
    // Their texts alone, without the headings for screen readers and the buttons.
    this.users = page.getByTestId('message-user').locator('.bubble');
    this.answers = page.getByTestId('message-answer').locator('.prose');
    this.steps = page.getByTestId('step');
    this.tasks = page.getByTestId('task');
    this.panel = page.getByTestId('task-panel');
    this.threads = page.getByTestId('thread');
    this.newThread = page.getByTestId('new-thread').filter({ visible: true }).first();
    this.failed = page.getByTestId('failed');
    this.retry = page.getByTestId('retry');
  }

  async open(path = '/chat'): Promise<void> {
    await this.page.goto(path);
    await this.hydrated();
  }

  /** The page answers to clicks only from here on. */
  async hydrated(): Promise<void> {
    await expect(this.page.locator('body[data-hydrated="true"]')).toBeAttached();
  }

  /** Types a message and sends it; does not wait for the answer. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.send.click();
    await expect(this.users.filter({ hasText: text }).last()).toBeVisible();
  }

  /** No answer is being written any more. */
  async idle(): Promise<void> {
    await expect(this.stop.filter({ visible: true })).toHaveCount(0);
    await expect(this.send).toBeVisible();
  }

  /** Sends a message and waits for the whole answer. */
  async ask(text: string): Promise<void> {
    const before = await this.answers.count();
    await this.say(text);
    await expect.poll(() => this.answers.count()).toBeGreaterThan(before);
    await expect(this.answers.last()).not.toBeEmpty();
    await this.idle();
    await expect(this.page).toHaveURL(/\/chat\/thr_/);
  }
}
