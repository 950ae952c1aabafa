/**
 * A stand-in for the element `openai-chatkit`. The real one is loaded from its maker's servers, which tests do not ask. This one has its methods, events
 * and options by the types of `@openai/chatkit`, and sends the requests of the protocol with the headers that the real one sends. It draws
 * no more than tests read: the texts of messages and answers, a line each.
 */
import type { Attachment, ChatKitEvents, ChatKitOptions, CustomApiConfig, OpenAIChatKit } from '@openai/chatkit';

type Sent = Parameters<OpenAIChatKit['sendUserMessage']>[0];
type Composed = Parameters<OpenAIChatKit['setComposerValue']>[0];
type Action = Parameters<OpenAIChatKit['sendCustomAction']>[0];

interface Item {
  id: string;
  type: string;
  content?: { text: string }[];
  attachments?: Attachment[];
}
interface Event {
  type: string;
  item?: Item;
  item_id?: string;
  thread?: { id: string };
  update?: { type: string; delta?: string };
  name?: string;
  data?: Record<string, unknown>;
  code?: string;
  message?: string;
}
type Announced = Attachment & { upload_descriptor?: { url: string; method: 'POST' | 'PUT'; headers?: Record<string, string> } };

class Element extends HTMLElement implements Partial<OpenAIChatKit> {
  #options: ChatKitOptions | undefined;
  #thread: string | null = null;
  #files: Attachment[] = [];
  readonly #frame = crypto.randomUUID();
  readonly #device = crypto.randomUUID();
  readonly #shown = new Map<string, HTMLElement>();

  setOptions(options: ChatKitOptions): void {
    const isFirst = !this.#options;
    this.#options = options;
    if (!isFirst) return;
    // The real one is ready when its frame is.
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.srcdoc = '<!doctype html>';
    frame.addEventListener('load', () => this.#tell('chatkit.ready', undefined), { once: true });
    this.before(frame);
  }

  async sendUserMessage({ text = '', content, attachments = [], newThread, model }: Sent): Promise<void> {
    if (newThread) this.#thread = null;
    const files = [...this.#files.splice(0), ...attachments];
    const input = {
      content: content ?? [{ type: 'input_text', text }],
      attachments: files.map((file) => file.id),
      quoted_text: null,
      inference_options: { tool_choice: null, model: model ?? null },
    };
    await (this.#thread
      ? this.#stream('threads.add_user_message', { input, thread_id: this.#thread })
      : this.#stream('threads.create', { input }));
  }

  async setComposerValue({ files = [], attachments = [] }: Composed): Promise<void> {
    this.#files = [...attachments];
    for (const file of files) this.#files.push(await this.#upload(file));
  }

  async setThreadId(threadId: string | null): Promise<void> {
    this.#go(threadId);
    if (threadId) await this.fetchUpdates();
  }

  async fetchUpdates(): Promise<void> {
    const threadId = this.#thread;
    if (!threadId) return;
    const thread = (await this.#json('threads.get_by_id', { thread_id: threadId })) as { items: { data: Item[] } };
    this.replaceChildren();
    this.#shown.clear();
    for (const item of thread.items.data) this.#show(item);
    this.#tell('chatkit.thread.load.end', { threadId });
  }

  async sendCustomAction(action: Action, itemId?: string): Promise<void> {
    await this.#stream('threads.custom_action', { thread_id: this.#thread, item_id: itemId ?? null, action });
  }

  async showHistory(): Promise<void> {
    const page = (await this.#json('threads.list', { limit: 20, order: 'desc' })) as { data: { id: string; title: string | null }[] };
    this.dataset.history = JSON.stringify(page.data.map((thread) => thread.id));
    this.#tell('chatkit.history.open', undefined);
  }

  async focusComposer(): Promise<void> {}
  async hideHistory(): Promise<void> {}

  get #api(): CustomApiConfig {
    const api = this.#options?.api;
    if (!api || !('url' in api)) throw new Error('no address of a server of one’s own');
    return api;
  }

  /** Every request has these headers, that of a file too. */
  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('chatkit-frame-instance-id', this.#frame);
    headers.set('chatkit-device-id', this.#device);
    headers.set('accept-language', this.#options?.locale ?? navigator.language);
    const response = await (this.#api.fetch ?? fetch)(url, { ...init, headers }).catch((error: unknown) => {
      this.#tell('chatkit.error', { error: error as Error });
      throw error;
    });
    if (response.ok) return response;
    const error = new Error(`${response.status} ${response.headers.get('x-request-id') ?? 'without an id'}: ${await response.text()}`);
    this.#tell('chatkit.error', { error });
    throw error;
  }

  #ask(type: string, params: Record<string, unknown>, accept: string): Promise<Response> {
    const headers = { 'content-type': 'application/json', accept };
    return this.#fetch(this.#api.url, { method: 'POST', headers, body: JSON.stringify({ type, params, metadata: {} }) });
  }

  async #json(type: string, params: Record<string, unknown>): Promise<unknown> {
    return (await this.#ask(type, params, 'application/json')).json();
  }

  async #stream(type: string, params: Record<string, unknown>): Promise<void> {
    this.#tell('chatkit.response.start', undefined);
    const response = await this.#ask(type, params, 'text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      const frames = (rest + read.value).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) this.#hear(JSON.parse(frame.replace(/^data: /, '')) as Event);
    }
    this.#tell('chatkit.response.end', undefined);
  }

  #hear(event: Event): void {
    if (event.type === 'thread.created' && event.thread) this.#go(event.thread.id);
    else if (event.type === 'thread.item.added' || event.type === 'thread.item.done' || event.type === 'thread.item.replaced') this.#show(event.item);
    else if (event.type === 'thread.item.updated' && event.update?.delta) this.#shown.get(event.item_id ?? '')?.append(event.update.delta);
    else if (event.type === 'client_effect') this.#tell('chatkit.effect', { name: event.name ?? '', data: event.data });
    else if (event.type === 'error') this.#tell('chatkit.error', { error: new Error(event.message ?? event.code) });
  }

  #show(item: Item | undefined): void {
    if (!item) return;
    const line = this.#shown.get(item.id) ?? this.appendChild(document.createElement('p'));
    this.#shown.set(item.id, line);
    line.id = item.id;
    line.className = item.type;
    line.textContent = (item.content ?? []).map((part) => part.text).join('');
    for (const file of item.attachments ?? []) {
      if (file.type === 'image') Object.assign(line.appendChild(new Image()), { src: file.preview_url, alt: file.name });
      else line.append(` [${file.name}]`);
    }
  }

  /** By the strategy of the options: announced and then sent, or sent at once. */
  async #upload(file: File): Promise<Attachment> {
    const strategy = this.#api.uploadStrategy;
    const form = new FormData();
    form.append('file', file);
    if (strategy?.type === 'direct') return (await (await this.#fetch(strategy.uploadUrl, { method: 'POST', body: form })).json()) as Attachment;
    const announced = (await this.#json('attachments.create', { name: file.name, size: file.size, mime_type: file.type })) as Announced;
    const descriptor = announced.upload_descriptor;
    if (!descriptor) throw new Error('nothing says where the file goes');
    await this.#fetch(descriptor.url, { method: descriptor.method, headers: descriptor.headers, body: form });
    return announced;
  }

  #go(threadId: string | null): void {
    this.#thread = threadId;
    this.#tell('chatkit.thread.change', { threadId });
  }

  #tell<Name extends keyof ChatKitEvents>(name: Name, detail: ChatKitEvents[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

customElements.define('openai-chatkit', Element);
