/** Starts the release binary, each time with a database of its own, and stops it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ScriptedModel } from '../scripted-model';

/** Who answers: the built-in assistant, or the scripted model. */
export type Assistant = 'offline' | 'scripted';

const BINARY =
  process.env.KAAM_BINARY ??
  path.join(process.env.CARGO_TARGET_DIR ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'kaam/target'), 'release/kaam');

export class Kaam {
  readonly url: string;
  /** What the process has printed. */
  output = '';
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    readonly environment: Record<string, string>,
    readonly model: ScriptedModel | undefined,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(assistant: Assistant, environment: Record<string, string> = {}): Promise<Kaam> {
    let model: ScriptedModel | undefined;
    if (assistant === 'scripted') {
      model = new ScriptedModel();
      await model.start();
    }
    const kaam = new Kaam(await freePort(), fs.mkdtempSync(path.join(os.tmpdir(), 'kaam-e2e-')), environment, model);
    await kaam.run();
    return kaam;
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      // For a debug build (KAAM_BINARY), which has neither page nor Postgres inside.
      ...Object.fromEntries(['KAAM_PG_BIN', 'LEPTOS_SITE_ROOT'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
      RUST_BACKTRACE: '1',
      RUST_LOG: process.env.RUST_LOG ?? 'info',
      LEPTOS_SITE_ADDR: `127.0.0.1:${this.port}`,
      KAAM_PUBLIC_URL: this.url,
      KAAM_DATA_DIR: path.join(this.folder, 'data'),
      KAAM_SIGN_UP: 'open',
      // All people of the tests come from one address.
      KAAM_SIGN_UPS_PER_HOUR: '100000',
      ...(this.model ? { AI_BASE_URL: this.model.baseUrl, AI_MODEL: 'scripted' } : {}),
      ...this.environment,
    };
  }

  /** Starts the process and waits until it is ready. Also used after `kill`. */
  async run(): Promise<void> {
    const child = spawn(BINARY, ['serve'], { cwd: this.folder, env: this.#environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (this.output += data.toString()));

    const deadline = Date.now() + 40_000;
    for (;;) {
      const ready = await fetch(`${this.url}/readyz`).then((response) => response.ok, () => false);
      if (ready) return;
      if (failure || child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${BINARY} did not become ready (${failure?.message ?? `exit code ${child.exitCode}`}):\n${this.output}`);
      }
      await wait(50);
    }
  }

  /** Ends the process, by default without a warning. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Stops the process as a service manager would, and removes its data. */
  async stop(): Promise<void> {
    const slow = setTimeout(() => void this.kill('SIGKILL'), 10_000);
    await this.kill('SIGTERM');
    clearTimeout(slow);
    await this.model?.stop();
    if (process.env.KAAM_KEEP_DATA !== '1') {
      // The database may need a moment to let go of its files.
      fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }

  /** Runs a command of the binary beside the server. */
  async command(args: string[], input = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(BINARY, args, { cwd: this.folder, env: this.#environment() }, (error, stdout, stderr) => {
        if (error) reject(new Error(`kaam ${args.join(' ')}: ${error.message}\n${stderr}`));
        else resolve(stdout);
      });
      child.stdin?.end(input);
    });
  }

  /** The set-up link that the first start prints. */
  setUpLink(): string {
    const link = /https?:\/\/\S+\/sign-up\?\S+/.exec(this.output.replaceAll(/\x1b\[[0-9;]*m/g, ''))?.[0];
    if (!link) throw new Error(`no set-up link in:\n${this.output}`);
    return link;
  }
}

/** The servers of one worker: at most one of each kind, started when first asked for. */
export class Servers {
  readonly #running = new Map<Assistant, Promise<Kaam>>();

  get(assistant: Assistant): Promise<Kaam> {
    let kaam = this.#running.get(assistant);
    if (!kaam) {
      kaam = Kaam.start(assistant);
      this.#running.set(assistant, kaam);
    }
    return kaam;
  }

  async stop(): Promise<void> {
    for (const kaam of this.#running.values()) await (await kaam).stop();
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
