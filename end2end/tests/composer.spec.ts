/** The composer: what is put into a message, and what the model is sent of it. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import type { ScriptedModel } from '../scripted-model';
import { type Chat, expect, setAppearance, test } from '../support/fixtures';

test.use({ assistant: 'scripted' });

/** The parts of the composer. */
class Parts {
  readonly options: Locator;
  readonly tags: Locator;
  readonly add: Locator;
  readonly toolChip: Locator;
  readonly modelChip: Locator;
  readonly files: Locator;
  readonly fileInput: Locator;
  readonly dictate: Locator;
  readonly dictation: Locator;

  constructor(readonly page: Page) {
    this.options = page.getByTestId('option');
    this.tags = page.getByTestId('tag');
    this.add = page.getByTestId('add');
    this.toolChip = page.getByTestId('tool-chip');
    this.modelChip = page.getByTestId('model-chip');
    this.files = page.getByTestId('file');
    this.fileInput = page.getByTestId('file-input');
    this.dictate = page.getByTestId('dictate');
    this.dictation = page.getByTestId('dictation');
  }

  /** Chooses an entry of the menu. */
  async choose(id: string): Promise<void> {
    await this.add.click();
    await this.page.getByTestId(id).click();
  }
}

/** The last request of the model, and the text of its last message. */
function sent(model: ScriptedModel | undefined): { request: ScriptedModel['requests'][number]; text: string; message: unknown } {
  const request = model?.requests.at(-1);
  if (!request) throw new Error('the model was not asked');
  const message = request.messages.findLast(({ role }) => role === 'user');
  const content = message?.content ?? '';
  return { request, message, text: typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('') };
}

/** Lets the model make tasks. */
async function withTasks(chat: Chat, model: ScriptedModel | undefined, titles: string[]): Promise<void> {
  model?.script('make these tasks', { calls: titles.map((title) => ({ name: 'add_task', arguments: { title } })) }, { text: ['Made.'] });
  await chat.open();
  await chat.ask('make these tasks');
  for (const title of titles) await expect(chat.tasks.filter({ hasText: title })).toHaveCount(1);
}

test('tags: tasks are found while typing, chosen by keys, and sent as references', async ({ page, chat, server }) => {
  const parts = new Parts(page);
  await withTasks(chat, server.model, ['Buy milk', 'Call the bank', 'دودھ لانا ہے']);

  await test.step('a list that screen readers know', async () => {
    await chat.composer.pressSequentially('please finish @');
    await expect(parts.options).toHaveCount(3);
    await expect(page.getByRole('listbox', { name: 'Tasks' })).toBeVisible();
    await expect(chat.composer).toHaveRole('combobox');
    await expect(chat.composer).toHaveAttribute('aria-expanded', 'true');
    const active = () => chat.composer.getAttribute('aria-activedescendant');
    const first = await active();
    await chat.composer.press('ArrowDown');
    await expect.poll(active).not.toBe(first);
    await expect(page.locator(`[id="${await active()}"]`)).toHaveAttribute('aria-selected', 'true');
    await chat.composer.press('ArrowUp');
    await expect.poll(active).toBe(first);
    await expect(page.getByRole('status').filter({ hasText: 'Found: 3' })).toBeAttached();
  });
  await test.step('escape closes it, and the words stay a text', async () => {
    await chat.composer.press('Escape');
    await expect(parts.options).toHaveCount(0);
    await chat.composer.pressSequentially('mi');
    await expect(chat.composer).toHaveValue('please finish @mi');
    await expect(parts.options).toHaveCount(0);
  });
  await test.step('an input method has Enter for itself', async () => {
    await chat.composer.fill('');
    await chat.composer.fill('please finish @mi');
    await expect(parts.options).toHaveText([/Buy milk/]);
    await chat.composer.evaluate((field) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
    await expect(chat.composer).toHaveValue('please finish @mi');
    await expect(parts.options).toHaveCount(1);
  });
  await test.step('Enter chooses; an edit inside makes it a text again', async () => {
    await chat.composer.press('Enter');
    await expect(chat.composer).toHaveValue('please finish @Buy milk ');
    await expect(parts.tags).toHaveText(['@Buy milk']);
    await chat.composer.press('Backspace');
    await expect(parts.tags).toHaveCount(1);
    await chat.composer.press('Backspace');
    await expect(chat.composer).toHaveValue('please finish @Buy mil');
    await expect(parts.tags).toHaveCount(0);
  });
  await test.step('both scripts, tab, and the mouse', async () => {
    await chat.composer.fill('');
    await chat.composer.pressSequentially('finish @buy');
    await expect(parts.options).toHaveCount(1);
    await chat.composer.press('Tab');
    await chat.composer.pressSequentially('and @دود');
    await expect(parts.options).toHaveText([/دودھ لانا ہے/]);
    await parts.options.first().click();
    await expect(chat.composer).toBeFocused();
    await expect(parts.tags).toHaveText(['@Buy milk', '@دودھ لانا ہے']);
    // What is typed before them leaves them as they are.
    await chat.composer.press('Home');
    await chat.composer.press('Control+Home');
    await chat.composer.pressSequentially('now ');
    await expect(parts.tags).toHaveCount(2);
  });
  server.model?.script('now finish', { text: ['Both are done.'] });
  await chat.composer.press('Enter');
  await expect(chat.users.last()).toContainText('now finish Buy milk and دودھ لانا ہے');
  await chat.idle();
  const { text } = sent(server.model);
  expect(text).toContain('now finish Buy milk and دودھ لانا ہے');
  expect(text.match(/task_id/g), text).toHaveLength(2);
});

test('commands become messages, or do something', async ({ page, chat, server }) => {
  const parts = new Parts(page);
  await chat.open();
  await chat.composer.pressSequentially('/');
  await expect(parts.options).toHaveCount(7);
  await expect(page.getByRole('listbox', { name: 'Commands' })).toBeVisible();
  await chat.composer.pressSequentially('to');
  await expect(parts.options).toHaveText([/\/today/]);
  await chat.composer.press('Enter');
  await expect(chat.users).toHaveText(['What do I have to do today?']);
  await chat.idle();
  expect(sent(server.model).text).toBe('What do I have to do today?');

  await chat.composer.pressSequentially('/ad');
  await chat.composer.press('Enter');
  await expect(chat.composer).toHaveValue('/add ');
  await chat.composer.press('Enter');
  await expect(page.getByTestId('needs-words')).toBeVisible();
  await chat.composer.pressSequentially('buy bread');
  await expect(page.getByTestId('needs-words')).toHaveCount(0);
  await chat.composer.press('Enter');
  await expect(chat.users.last()).toHaveText('Add buy bread');
  await chat.idle();

  await chat.composer.fill('/شامل روٹی');
  await chat.composer.press('Enter');
  await expect(chat.users.last()).toHaveText('روٹی شامل کریں');
  await chat.idle();

  await chat.composer.fill('/nonsense');
  await expect(parts.options).toHaveCount(0);
  await chat.composer.press('Enter');
  await expect(chat.users.last(), 'what is no command is a text').toHaveText('/nonsense');
  await chat.idle();

  const thread = page.url();
  await chat.composer.fill('/new');
  await chat.composer.press('Enter');
  await expect(page).toHaveURL(/\/chat$/);
  await expect(chat.users).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL(thread);
});

test('a tool is chosen for one message, a model for the thread', async ({ page, chat, server }) => {
  const parts = new Parts(page);
  server.model?.script('a loaf', { calls: [{ name: 'add_task', arguments: { title: 'a loaf' } }] }, { text: ['Added.'] });
  await chat.open();
  await test.step('the menu by keys', async () => {
    await parts.add.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menu')).toBeVisible();
    await expect(page.getByTestId('menu-attach')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByTestId('menu-mention')).toBeFocused();
    await page.keyboard.press('End');
    await expect(page.getByTestId('menu-model-offline')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
    await expect(parts.add).toBeFocused();
  });
  await parts.choose('menu-add_task');
  await expect(parts.toolChip).toHaveText('Add a task');
  await expect(chat.composer).toBeFocused();
  await chat.ask('a loaf');
  await expect(chat.tasks.filter({ hasText: 'a loaf' })).toHaveCount(1);
  const [first, second] = (server.model?.requests ?? []).slice(-2) as unknown as { tool_choice: unknown }[];
  expect(first?.tool_choice).toEqual({ type: 'function', function: { name: 'add_task' } });
  expect(second?.tool_choice).toBe('auto');
  await expect(parts.toolChip).toHaveCount(0);

  await parts.choose('menu-delete_task');
  await parts.toolChip.getByRole('button').click();
  await expect(parts.toolChip).toHaveCount(0);

  await test.step('the built-in assistant answers in this thread, also after a reload', async () => {
    await parts.choose('menu-model-offline');
    await expect(parts.modelChip).toHaveText('Built-in assistant');
    const before = server.model?.requests.length;
    await chat.ask('add buy sugar');
    await expect(chat.tasks.filter({ hasText: 'sugar' })).toHaveCount(1);
    await page.reload();
    await chat.hydrated();
    await expect(parts.modelChip).toHaveText('Built-in assistant');
    await chat.ask('add buy salt');
    expect(server.model?.requests.length).toBe(before);
  });
  await test.step('another thread has its own', async () => {
    await chat.newThread.click();
    await expect(parts.modelChip).toHaveCount(0);
    await chat.ask('hello there');
    expect(sent(server.model).request.model).toBe('scripted');
    await page.goBack();
    await expect(parts.modelChip).toHaveCount(1);
    await parts.modelChip.getByRole('button').click();
    await chat.ask('hello again');
    expect(sent(server.model).text).toBe('hello again');
  });
});

test('a message that the server does not take is given back whole, and arrives once', async ({ page, chat, server, watch }) => {
  watch.allow(/Failed to load resource/);
  const parts = new Parts(page);
  await withTasks(chat, server.model, ['Buy milk']);
  const keys: string[] = [];
  await page.route('**/api/chat/send', async (route) => {
    keys.push((route.request().postDataJSON() as { key: string }).key);
    if (keys.length === 1) await route.fulfill({ status: 429, contentType: 'application/json', body: '{"TooMany":1}' });
    else await route.continue();
  });
  await parts.choose('menu-complete_task');
  await chat.composer.pressSequentially('really @mil');
  await expect(parts.options).toHaveCount(1);
  await chat.composer.press('Enter');
  await chat.composer.pressSequentially('please');
  server.model?.script('really', { text: ['It is done.'] });
  await chat.send.click();
  await expect(chat.failed).toBeVisible();
  await expect(chat.composer).toHaveValue('really @Buy milk please');
  await expect(parts.tags).toHaveText(['@Buy milk']);
  await expect(parts.toolChip).toHaveText('Complete a task');
  await chat.retry.click();
  await expect(chat.answers.last()).toHaveText('It is done.');
  await expect(chat.users.filter({ hasText: 'really' })).toHaveCount(1);
  expect(keys).toHaveLength(2);
  expect(keys[1]).toBe(keys[0]);
  const { text, request } = sent(server.model);
  expect(text).toContain('really Buy milk please');
  expect(text).toContain('task_id');
  expect((request as unknown as { tool_choice: unknown }).tool_choice).toEqual({ type: 'function', function: { name: 'complete_task' } });
  await expect(chat.composer).toHaveValue('');
});

/** A browser that takes dictation as the test says. */
function fakeSpeech(): void {
  class Speech {
    lang = '';
    onresult?: (event: unknown) => void;
    onerror?: (event: unknown) => void;
    onend?: (() => void) | null;
    start() {
      (window as unknown as { speech: Speech }).speech = this;
    }
    stop() {
      this.onend?.();
    }
    abort() {
      this.onend?.();
    }
    hear(...pieces: [string, boolean][]) {
      const results = pieces.map(([transcript, isFinal]) => Object.assign([{ transcript }], { isFinal }));
      this.onresult?.({ results });
    }
    fail(error: string) {
      this.onerror?.({ error });
      this.onend?.();
    }
  }
  Object.assign(window, { SpeechRecognition: undefined, webkitSpeechRecognition: Speech });
}

interface FakeSpeech {
  lang: string;
  hear(...pieces: [string, boolean][]): void;
  fail(error: string): void;
}

test('dictation by the browser', async ({ page, chat, server }) => {
  const parts = new Parts(page);
  await page.addInitScript(fakeSpeech);
  const language = () => page.evaluate(() => (window as unknown as { speech: FakeSpeech }).speech.lang);
  const hear = (...pieces: [string, boolean][]) => page.evaluate((pieces) => (window as unknown as { speech: FakeSpeech }).speech.hear(...pieces), pieces);
  await chat.open();
  await chat.composer.fill('first');
  await parts.dictate.click();
  await expect(parts.dictation).toHaveText('Listening…');
  expect(await language()).toBe('en-US');
  await hear(['call Ah', false]);
  await expect(chat.composer).toHaveValue('first call Ah');
  await hear(['call Ahmed', true], [' tomorrow', false]);
  await expect(chat.composer).toHaveValue('first call Ahmed tomorrow');

  await test.step('Urdu, which is remembered', async () => {
    await page.getByTestId('spoken').getByRole('button', { name: 'اردو' }).click();
    await expect.poll(language).toBe('ur-PK');
    await hear(['کل شام', true]);
    await expect(chat.composer).toHaveValue('first call Ahmed tomorrow کل شام');
    await page.keyboard.press('Escape');
    await expect(parts.dictation).toBeHidden();
    await expect(chat.composer).toHaveValue('first call Ahmed tomorrow کل شام');
    await page.reload();
    await chat.hydrated();
    await expect(chat.composer, 'what is not sent is kept').toHaveValue('first call Ahmed tomorrow کل شام');
    await chat.composer.fill('');
    await parts.dictate.click();
    expect(await language()).toBe('ur-PK');
    await parts.dictate.click();
    await expect(parts.dictation).toBeHidden();
  });
  await test.step('what is sent is what was heard', async () => {
    await parts.dictate.click();
    await hear(['دودھ لانا ہے', false]);
    server.model?.script('دودھ لانا ہے', { text: ['جی۔'] });
    await chat.send.click();
    await expect(chat.users).toHaveText(['دودھ لانا ہے']);
    await expect(parts.dictation).toBeHidden();
    await chat.idle();
    expect(sent(server.model).text).toBe('دودھ لانا ہے');
  });
  await test.step('no permission', async () => {
    await parts.dictate.click();
    await page.evaluate(() => (window as unknown as { speech: FakeSpeech }).speech.fail('not-allowed'));
    await expect(page.getByTestId('deaf')).toContainText('microphone is not allowed');
    await expect(parts.dictation).toBeHidden();
  });
});

test('where nothing can listen there is no microphone', async ({ page, chat }) => {
  await page.addInitScript(() => Object.assign(window, { SpeechRecognition: undefined, webkitSpeechRecognition: undefined }));
  await chat.open();
  await expect(new Parts(page).add).toBeVisible();
  await expect(new Parts(page).dictate).toHaveCount(0);
});

for (const [locale, colorScheme] of [
  ['en', 'light'],
  ['ur', 'dark'],
] as const) {
  test(`a phone, ${locale}, ${colorScheme}: lists leave the field in sight`, async ({ another, server }) => {
    const { page, context, chat } = await another({ viewport: { width: 390, height: 740 }, hasTouch: true, isMobile: true, colorScheme });
    const parts = new Parts(page);
    await setAppearance(context, server.url, locale, 'system');
    await withTasks(chat, server.model, ['Buy milk for the wedding of my cousin in Faisalabad next month', 'دودھ لانا ہے']);
    /** Whether a box lies above the field, inside the screen, and wide enough for a finger. */
    const lies = async (over: Locator) => {
      const [box, field] = [await over.boundingBox(), await chat.composer.boundingBox()];
      if (!box || !field) throw new Error('not visible');
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThanOrEqual(field.y + 1);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(390);
    };
    const check = async (what: string) => {
      const { violations } = await new AxeBuilder({ page }).include('.composer').analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.target.join(' ')) })), what).toEqual([]);
      const [scrollWidth, clientWidth] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth] as const);
      expect(scrollWidth, what).toBeLessThanOrEqual(clientWidth);
    };
    await parts.add.tap();
    await expect(page.getByRole('menu')).toBeVisible();
    await lies(page.getByRole('menu'));
    for (const entry of await page.locator('.menu-entry').all()) expect((await entry.boundingBox())?.height).toBeGreaterThanOrEqual(40);
    await check('the menu');
    await page.getByTestId('menu-mention').tap();
    await expect(chat.composer).toHaveValue('@');
    await expect(parts.options).toHaveCount(2);
    await lies(page.getByRole('listbox'));
    await check('the list');
    await parts.options.filter({ hasText: 'دودھ' }).tap();
    await expect(chat.composer).toHaveValue('@دودھ لانا ہے ');
    await parts.choose('menu-list_tasks');
    await check('a tag and a tool');
    await expect(chat.send).toBeInViewport();
  });
}

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('there is a field and a button, and nothing that would not work', async ({ page, person }) => {
    void person;
    await page.goto('/chat');
    await expect(page.getByTestId('composer')).toBeVisible();
    await expect(page.getByTestId('send')).toBeVisible();
    await expect(page.getByTestId('add')).toBeHidden();
    await expect(page.getByTestId('dictate')).toHaveCount(0);
  });
});
