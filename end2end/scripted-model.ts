/**
 * A model server that says what a test tells it to: `POST /v1/chat/completions` as OpenAI and Gemini speak it, token by token, with
 * tool calls in both shapes, bytes cut anywhere, and the faults that real ones have.
 */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A call of a tool. */
export interface Call {
  name: string;
  arguments: Record<string, unknown>;
}

/** What one request is answered with. */
export interface Reply {
  /** The text, one chunk an entry. */
  text?: string[];
  /** Milliseconds between two chunks. */
  gap?: number;
  /** Waited for before each chunk of text, which is told by its place, from 0. */
  before?: (at: number) => Promise<unknown> | undefined;
  /** The tools to call after the text. */
  calls?: Call[];
  /** The shape of the chunks. */
  shape?: 'openai' | 'gemini';
  /** Send every character of more than one byte in two pieces. */
  cut?: boolean;
  /** What goes wrong: an HTTP status, a connection broken off after the text, or a body that is no event stream. */
  fault?: number | 'break' | 'garbage';
}

/** Closed until it is opened. */
export class Gate {
  readonly #opened: Promise<void>;
  open!: () => void;
  constructor() {
    this.#opened = new Promise((resolve) => (this.open = resolve));
  }

  /** For `Reply.before`: the gate stands before this chunk. */
  at(place: number): NonNullable<Reply['before']> {
    return (at) => (at === place ? this.#opened : undefined);
  }
}

interface Message {
  role: string;
  content?: string | { type: string; text?: string }[] | null;
  tool_calls?: { id: string; extra_content?: { google?: { thought_signature?: string } } }[];
  tool_call_id?: string;
}
interface Request {
  model: string;
  stream?: boolean;
  messages: Message[];
  tools?: { function: { name: string } }[];
}

const SIGNATURE = 'c2lnbmVkIGJ5IHRoZSBzY3JpcHRlZCBtb2RlbA==';

export class ScriptedModel {
  /** Every request, oldest first. */
  readonly requests: Request[] = [];
  /** How many replies were given up by the client before their end. */
  abandoned = 0;
  readonly #scripts: { match: string; replies: Reply[] }[] = [];
  readonly #server = http.createServer((request, response) => {
    this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  /** Starts on a free port of the loopback interface. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** What `AI_BASE_URL` is set to. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Requests whose last user message contains `match` get these replies, in this order; the last one again and again. */
  script(match: string, ...replies: Reply[]): void {
    this.#scripts.unshift({ match, replies });
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions')) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"no such page"}}');
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Request;
    this.requests.push(body);

    const missing = unsigned(body.messages);
    if (missing) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify([{ error: { code: 400, message: `Function call ${missing} is missing a thought_signature.`, status: 'INVALID_ARGUMENT' } }]));
      return;
    }
    await this.#reply(this.#next(lastUserText(body.messages)), body.model, response);
  }

  #next(text: string): Reply {
    const script = this.#scripts.find(({ match }) => text.includes(match));
    if (!script) return { text: ['Nothing ', 'is ', 'scripted ', 'for this.'] };
    return (script.replies.length > 1 ? script.replies.shift() : script.replies[0]) ?? {};
  }

  async #reply(reply: Reply, model: string, response: http.ServerResponse): Promise<void> {
    if (typeof reply.fault === 'number') {
      response.writeHead(reply.fault, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'scripted fault', code: reply.fault } }));
      return;
    }
    if (reply.fault === 'garbage') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Not a model</title>');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.socket?.setNoDelay(true);
    let finished = false;
    const gone = new Promise<void>((resolve) =>
      response.once('close', () => {
        if (!finished) this.abandoned += 1;
        resolve();
      }),
    );

    const write = async (text: string) => {
      for (const piece of reply.cut ? cutInsideCharacters(text) : [Buffer.from(text)]) {
        if (response.destroyed) return;
        response.write(piece);
        // A timer turn between two pieces, so that they travel in packets of their own.
        if (reply.cut) await wait(1);
      }
    };
    const chunk = (delta: object, finish: string | null = null, rest: object = {}) =>
      write(`data: ${JSON.stringify({ id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 1_700_000_000, model, choices: [{ index: 0, delta, finish_reason: finish }], ...rest })}\n\n`);

    const text = reply.text ?? [];
    for (const [at, content] of text.entries()) {
      const held = reply.before?.(at);
      if (held) await Promise.race([held, gone]);
      if (response.destroyed) return;
      await chunk(at === 0 ? { role: 'assistant', content } : { content });
      if (reply.gap) await wait(reply.gap);
    }
    if (reply.fault === 'break') {
      finished = true;
      // What was written is on its way before the connection ends.
      await wait(20);
      response.destroy();
      return;
    }

    const calls = reply.calls ?? [];
    if (reply.shape === 'gemini') await this.#geminiCalls(calls, chunk);
    else await this.#openaiCalls(calls, chunk);
    const usage = { prompt_tokens: 100, completion_tokens: text.length + 1, total_tokens: 101 + text.length };
    if (reply.shape === 'gemini') {
      await chunk({ role: 'assistant' }, 'stop', { usage });
    } else {
      await chunk({}, calls.length > 0 ? 'tool_calls' : 'stop');
      await write(`data: ${JSON.stringify({ id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 1_700_000_000, model, choices: [], usage })}\n\n`);
    }
    await write('data: [DONE]\n\n');
    finished = true;
    response.end();
  }

  /** The name first, then the arguments in fragments; every delta has its index. */
  async #openaiCalls(calls: Call[], chunk: (delta: object) => Promise<void>): Promise<void> {
    for (const [index, call] of calls.entries()) {
      await chunk({ tool_calls: [{ index, id: this.#callId(), type: 'function', function: { name: call.name, arguments: '' } }] });
      const text = [...JSON.stringify(call.arguments)];
      for (let at = 0; at < text.length; at += 7) {
        await chunk({ tool_calls: [{ index, function: { arguments: text.slice(at, at + 7).join('') } }] });
      }
    }
  }

  /** The whole call in one delta, without an index, and with a signature that must come back. */
  async #geminiCalls(calls: Call[], chunk: (delta: object) => Promise<void>): Promise<void> {
    for (const call of calls) {
      await chunk({
        role: 'assistant',
        tool_calls: [
          {
            id: `${this.#callId()}-gemini`,
            type: 'function',
            function: { name: call.name, arguments: JSON.stringify(call.arguments) },
            extra_content: { google: { thought_signature: SIGNATURE } },
          },
        ],
      });
    }
  }

  #calls = 0;
  #callId(): string {
    this.#calls += 1;
    return `call_${this.#calls}`;
  }
}

/** The id of a call of Gemini's shape that came back without its signature. */
function unsigned(messages: Message[]): string | undefined {
  return messages
    .flatMap((message) => message.tool_calls ?? [])
    .find((call) => call.id.endsWith('-gemini') && call.extra_content?.google?.thought_signature !== SIGNATURE)?.id;
}

function lastUserText(messages: Message[]): string {
  const content = messages.findLast((message) => message.role === 'user')?.content ?? '';
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
}

/** Pieces that each end inside a character, where there is one of several bytes. */
function cutInsideCharacters(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  let from = 0;
  for (let at = 1; at < bytes.length; at += 1) {
    // A continuation byte: the cut in front of it is inside a character.
    if (((bytes[at] ?? 0) & 0xc0) === 0x80) {
      pieces.push(bytes.subarray(from, at));
      from = at;
    }
  }
  pieces.push(bytes.subarray(from));
  return pieces;
}
