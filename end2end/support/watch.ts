/** Fails a test for what nobody sees on the page: errors in the console, hydration that does not fit, requests that leave the origin. */
import type { BrowserContext, Page } from '@playwright/test';

export class Watch {
  readonly problems: string[] = [];
  readonly #allowed: RegExp[] = [];
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = new URL(origin).origin;
  }

  /** Does not fail for problems that match. */
  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  /** Watches all pages of a context, those to come too. */
  async context(context: BrowserContext): Promise<void> {
    await context.exposeBinding('reportPolicyViolation', (_source, what: string) => this.#report(`content security policy: ${what}`));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const report = (globalThis as unknown as { reportPolicyViolation?: (what: string) => void }).reportPolicyViolation;
        report?.(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
    context.on('page', (page) => this.#page(page));
    for (const page of context.pages()) this.#page(page);
  }

  #page(page: Page): void {
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' || /hydrat|panicked|leptos|reactive/i.test(text)) this.#report(`console ${message.type()}: ${text}`);
    });
    page.on('pageerror', (error) => this.#report(`page error: ${error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!['data:', 'blob:', 'about:'].includes(url.protocol) && url.origin !== this.#origin) this.#report(`request left the origin: ${request.url()}`);
    });
  }

  #report(problem: string): void {
    this.problems.push(problem);
  }

  /** What has gone wrong and was not allowed. */
  unexpected(): string[] {
    return this.problems.filter((problem) => !this.#allowed.some((pattern) => pattern.test(problem)));
  }
}
