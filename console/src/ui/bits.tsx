import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { percent, shareOf, words } from '../lib/format.ts';
import { useHref } from '../lib/url.ts';

/** A link within the console that keeps the time zone. */
export function To({
  to,
  query,
  children,
  className = 'link',
  current = false,
}: {
  to: readonly string[];
  query?: Record<string, string | null | undefined>;
  children: ReactNode;
  className?: string;
  current?: boolean;
}) {
  const href = useHref();
  return (
    <Link href={href(to, query)} className={className} aria-current={current ? 'page' : undefined}>
      {children}
    </Link>
  );
}

const STATES: Readonly<Record<string, string>> = {
  ok: 'ok',
  warned: 'warned',
  blocked: 'blocked',
  suspended: 'suspended',
  exempt: 'info',
  SOFT_LIMIT_REACHED: 'warned',
  HARD_LIMIT_REACHED: 'blocked',
  ADVISORY_LIMIT_REACHED: 'info',
  LIMIT_CLEARED: 'ok',
  SUSPENDED: 'suspended',
  REINSTATED: 'ok',
  COUNTED: 'ok',
  DUPLICATE: '',
  LATE: 'warned',
  OVER_CALL_LIMIT: 'blocked',
  VOIDED: 'suspended',
  AMENDED: 'info',
};

/** A state, kind or verdict: its word, and a colour that says it again. */
export function Status({ value, children }: { value: string; children?: ReactNode }) {
  const tone = STATES[value];
  return <span className={`status${tone ? ` status-${tone}` : ''}`}>{children ?? words(value)}</span>;
}

/** 100 % stands at so much of the bar, so that there is room for what is over it. */
const FULL = 90.9;

/** A bar with ticks at 90 % and 100 % of the amount. */
export function ShareBar({ used, amount, label }: { used: number; amount: number | null; label: string }) {
  const share = shareOf(used, amount);
  if (share === null) {
    return <span className="quiet">unlimited</span>;
  }
  const width = Math.min(100, (share / 10_000) * FULL);
  const tone = share >= 10_000 ? 'blocked' : share >= 9_000 ? 'warned' : '';
  return (
    <div className="share" role="img" aria-label={`${label}: ${percent(share)} used`}>
      <div className={`share-fill ${tone}`} style={{ width: `${width}%` }} />
      <div className="share-tick" style={{ left: `${0.9 * FULL}%` }} />
      <div className="share-tick full" style={{ left: `${FULL}%` }} />
    </div>
  );
}

/** A bar beside a figure: its part of the greatest. */
export function PartBar({ value, of }: { value: number; of: number }) {
  return (
    <div className="share" aria-hidden="true">
      <div className="share-fill" style={{ width: `${of > 0 ? Math.max(0, (value / of) * 100) : 0}%` }} />
    </div>
  );
}

/** The title of a column of bars, for those who hear the page. */
export const BARS = <span className="visually-hidden">As a bar</span>;

/** Names and values of one thing. */
export function Facts({ of }: { of: readonly (readonly [string, ReactNode] | null)[] }) {
  return (
    <dl className="facts">
      {of
        .filter((fact) => fact !== null)
        .map(([name, value]) => [<dt key={`${name}-dt`}>{name}</dt>, <dd key={`${name}-dd`}>{value}</dd>])}
    </dl>
  );
}

/** The foot of a list that goes on. */
export function More({
  pages,
}: {
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  if (!pages.hasNextPage) {
    return null;
  }
  return (
    <div className="panel-foot">
      <Button variant="default" size="xs" loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}

export function PageHead({ title, beside, children }: { title: ReactNode; beside?: ReactNode; children?: ReactNode }) {
  return (
    <div className="page-head">
      <h1>{title}</h1>
      {beside}
      {children && <div className="page-tools">{children}</div>}
    </div>
  );
}
