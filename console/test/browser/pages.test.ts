import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BLOCK, BOUND_TOKEN, TOKEN } from './answers.ts';
import { start } from './server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENSHOTS = 'target/screenshots';
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Each page is opened in the first of them, and turned into the others. */
const LOOKS = [
  ['light', 'wide', WIDE],
  ['dark', 'wide', WIDE],
  ['light', 'phone', PHONE],
] as const;

const PAGES: readonly [name: string, path: string, shown: string][] = [
  ['overview', '', 'Closest to a limit'],
  ['usage', 'usage?group_by=endpoint', '/v2/mem-it'],
  ['accounts', 'accounts', 'globex'],
  ['account', 'accounts/acme', 'complexity-month'],
  ['account-call', 'accounts/acme?call=/v2/mem-it', 'leaves no room'],
  ['account-usage', 'accounts/acme?tab=usage&group_by=project', 'staging'],
  ['account-limit-events', 'accounts/acme?tab=limit-events', 'soft limit reached'],
  ['account-events', 'accounts/acme?tab=events', 'event-0003'],
  ['account-timeline', 'accounts/acme?tab=timeline', 'upgrade, ticket 4711'],
  ['limit-events', 'limit-events', 'hard limit reached'],
  ['limit-event', `limit-events/${BLOCK}`, 'was blocked because'],
  ['events', 'events', 'event-0003'],
  ['plans', 'plans', 'Mem developer'],
  ['plan', 'plans/mem', 'changed'],
  ['dead-letters', 'dead-letters', 'unknown meter'],
  ['freshness', 'freshness', 'request_journal'],
  ['empty', 'limit-events?period=2020', 'Nothing happened'],
  ['error', 'usage?period=yesterday', 'must be a year'],
  ['nowhere', 'nowhere', 'There is no such page'],
];

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

let server: Awaited<ReturnType<typeof start>>;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  server = await start();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Root, as builds run, has no sandbox of its own.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** A tab that is signed in, and whatever its console says or it asks of others. */
async function tab(
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark',
  token: string | null = TOKEN,
) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  context.setDefaultTimeout(30_000);
  if (token !== null) {
    await context.addInitScript((value) => sessionStorage.setItem('tollgate.token', value), token);
  }
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    // An answer of 4xx is one of the API that a page was opened for; pages say themselves what it means.
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource')) {
      faults.push(message.text());
    }
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(server.address) && !request.url().startsWith('blob:')) {
      faults.push(`asked ${request.url()}`);
    }
  });
  return { context, page, faults };
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${server.address}/console/${path}`);
}

/** Violations of WCAG 2.2 AA and of axe's best practices. */
async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } }).axe;
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  return found.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
  );
}

/** Whether the page itself scrolls sideways; tables may, within themselves. */
function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}

describe('pages', () => {
  let context: BrowserContext;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    ({ context, page, faults } = await tab(WIDE, 'light'));
  });

  afterAll(() => context?.close());

  test.each(PAGES)(
    '%s has no error and no violation, and fits wide and narrow, light and dark',
    async (name, path, shown) => {
      faults.length = 0;

      for (const [scheme, size, viewport] of LOOKS) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        if (scheme === 'light' && viewport === WIDE) {
          await open(page, path);
          await page.locator('main').getByText(shown).first().waitFor();
          await page.locator('[role=status]').first().waitFor({ state: 'detached' });
          await page.evaluate(AXE);
        }
        await page.waitForFunction((wished) => document.documentElement.dataset.mantineColorScheme === wished, scheme);
        if (process.env.SCREENSHOTS) {
          await page.screenshot({ path: `${SCREENSHOTS}/${name}-${scheme}-${size}.png`, fullPage: true });
        }
        expect(await violations(page), `${scheme}, ${size}`).toEqual([]);
        expect(await overflows(page), `${scheme}, ${size}`).toBe(false);
      }
      expect(faults).toEqual([]);
    },
  );
});

describe('the console', () => {
  test('lets nobody in without a token that the API takes, and keeps it out of the address', async () => {
    const { context, page, faults } = await tab(WIDE, 'light', null);
    await open(page, 'accounts');

    await page.getByLabel('API token', { exact: true }).fill('tg_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('A valid bearer token is needed').waitFor();
    await page.evaluate(AXE);
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('API token', { exact: true }).fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.getByText('globex').waitFor();

    expect(page.url()).not.toContain('tg_');
    expect(server.asked.join()).not.toContain('tg_');
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('tg_');
    expect(faults).toEqual([]);
    await context.close();
  });

  test('tells the user of a token of one account what it may not show', async () => {
    const { context, page } = await tab(WIDE, 'light', BOUND_TOKEN);

    await open(page, 'plans');
    await page.getByText('The token is not for these accounts').waitFor();
    await page.evaluate(AXE);
    expect(await violations(page)).toEqual([]);
    await open(page, 'accounts');
    await page.getByRole('link', { name: 'acme' }).waitFor();

    expect(await page.getByText('globex').count()).toBe(0);
    await context.close();
  });

  test('keeps what was chosen in the address, and asks the same of the API and of curl', async () => {
    const { context, page } = await tab(WIDE, 'light');
    await open(
      page,
      'usage?time_zone=Asia/Kathmandu&period=2026-11&group_by=project&filter[endpoint][prefix]=/v2/&window=P1D',
    );
    await page.getByText('staging').first().waitFor();

    const curl = await page.getByRole('button', { name: 'Copy as curl: Figures' }).getAttribute('data-curl');
    expect(curl).toContain("--data-urlencode 'filter[endpoint][prefix]=/v2/'");
    expect(curl).toContain("--data-urlencode 'time_zone=Asia/Kathmandu'");
    expect(curl).not.toContain(TOKEN);
    const asked = server.asked.map((url) => new URLSearchParams(url.split('?')[1]));
    expect(
      asked.some((params) => params.get('window') === 'P1D' && params.get('filter[endpoint][prefix]') === '/v2/'),
    ).toBe(true);
    await page.getByRole('button', { name: 'Remove the filter of endpoint' }).click();
    await expect.poll(() => page.url()).not.toContain('endpoint');
    expect(page.url()).toContain('group_by=project');
    await context.close();
  });

  test('downloads what is shown as CSV', async () => {
    const { context, page } = await tab(WIDE, 'light');
    await open(page, 'accounts');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV: Closest to a limit first' }).click();

    expect((await download).suggestedFilename()).toBe('tollgate-accounts.csv');
    await context.close();
  });

  test('can be used by the keyboard alone, and shows a chart as a table', async () => {
    const { context, page, faults } = await tab(WIDE, 'light');
    await open(page, '');
    await page.getByRole('button', { name: 'As table' }).waitFor();

    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.getByRole('button', { name: 'As table' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Usage of requests over time, times in UTC, as table' }).waitFor();
    await page.getByRole('link', { name: 'acme' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByText('complexity-month').waitFor();
    await page.getByRole('tab', { name: 'Limits' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Figures').waitFor();

    expect(page.url()).toContain('/console/accounts/acme?');
    expect(page.url()).toContain('tab=usage');
    expect(faults).toEqual([]);
    await context.close();
  });
});
