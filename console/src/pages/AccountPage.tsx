import { Tabs } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { type Question, useAnswer, usePages } from '../api/hooks.ts';
import { exactly } from '../api/query.ts';
import type { Account, Change, Limit, LimitEvent, Page } from '../api/types.ts';
import { count, duration, NONE, named, percent, periodOf, shareOf, words } from '../lib/format.ts';
import { rangeQuery } from '../lib/range.ts';
import { wallClock } from '../lib/time.ts';
import { useParams, useZone } from '../lib/url.ts';
import { Facts, More, PageHead, ShareBar, Status, To } from '../ui/bits.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { RangePicker, useRange } from '../ui/FilterBar.tsx';
import { LimitEventsTable } from '../ui/LimitEventsTable.tsx';
import { Panel } from '../ui/Panel.tsx';
import { Empty, Loading } from '../ui/states.tsx';
import { CALL_PARAMS, CallCost } from './CallCost.tsx';
import { EventsExplorer } from './EventsPage.tsx';

const UsageExplorer = lazy(async () => ({ default: (await import('./UsagePage.tsx')).UsageExplorer }));

const TABS = [
  ['limits', 'Limits'],
  ['usage', 'Usage'],
  ['limit-events', 'Limit events'],
  ['events', 'Request events'],
  ['timeline', 'Timeline'],
] as const;

/** What was chosen on one tab means something else on another. */
const TAB_PARAMS = ['period', 'from', 'to', 'window', 'group_by', 'meter', 'top', 'rows', ...CALL_PARAMS];

/** One account: where its limits stand, what it used, what happened to it. */
export function AccountPage({ account }: { account: string }) {
  const [zone] = useZone();
  const [params, change] = useParams();
  const tab = TABS.find(([value]) => value === params.get('tab'))?.[0] ?? 'limits';
  const state = useAnswer<Page<Account>>({
    path: '/v1/accounts',
    query: { time_zone: zone, ...exactly('account', account) },
  });
  const found = state.data?.items[0];
  const choose = (value: string | null) => {
    const filters = [...params.keys()].filter((name) => name.startsWith('filter['));
    change({
      ...Object.fromEntries([...TAB_PARAMS, ...filters].map((name) => [name, null])),
      tab: value === 'limits' ? null : value,
    });
  };
  return (
    <>
      <PageHead
        title={account}
        beside={
          found && (
            <>
              <Status value={found.state} />
              <To to={['plans', found.plan]}>{`plan ${found.plan} v${found.plan_version}`}</To>
            </>
          )
        }
      />
      {found?.state === 'suspended' && (
        <p>
          Suspended{found.suspended_until === null ? '' : ` until ${wallClock(found.suspended_until)} ${zone}`}
          {found.suspension_reason === null ? '' : `: ${found.suspension_reason}`}
        </p>
      )}
      <Tabs value={tab} onChange={choose} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map(([value, title]) => (
            <Tabs.Tab key={value} value={value}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="limits">
          <div className="stack">
            <Limits account={account} zone={zone} />
            <CallCost account={account} zone={zone} />
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="usage">
          <Suspense fallback={<Loading rows={6} />}>
            <UsageExplorer
              account={account}
              groups={['project', 'api_key', 'endpoint', 'outcome', 'producer', 'plan']}
              file={`tollgate-usage-${account}`}
            />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="limit-events">
          <AccountLimitEvents account={account} zone={zone} />
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <EventsExplorer account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <Timeline account={account} zone={zone} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function pathOf(account: string, of: string): string {
  return `/v1/accounts/${encodeURIComponent(account)}/${of}`;
}

function Limits({ account, zone }: { account: string; zone: string }) {
  const question: Question = { path: pathOf(account, 'limits'), query: { time_zone: zone, limit: 200 } };
  const pages = usePages<Limit>(question);
  const now = Date.now();
  return (
    <Panel
      title="Where the limits stand"
      question={question}
      file={`tollgate-limits-${account}`}
      freshness={pages.first}
      zone={zone}
    >
      <DataTable
        label={`Limits of ${account}`}
        rows={pages.items}
        keyOf={(row) => `${row.scope} ${row.scope_key} ${row.limit} ${row.window_start}`}
        error={pages.error}
        retry={pages.refetch}
        empty={{
          title: 'No limits',
          hint: 'The account is unknown, or its plan limits nothing. Limits appear with its first event.',
        }}
        columns={[
          {
            title: 'Limit',
            cell: (row) => (
              <>
                <strong>{row.limit}</strong>{' '}
                <span className="quiet">
                  {row.meter}
                  {row.scope === 'ACCOUNT' ? '' : `, ${words(row.scope)} ${named(row.scope_key)}`}
                </span>
              </>
            ),
          },
          { title: 'State', cell: (row) => <Status value={stateOf(row)}>{labelOf(row)}</Status> },
          {
            title: 'Ticks at 90 % and 100 %',
            cell: (row) => <ShareBar used={row.used_now} amount={row.amount} label={row.limit} />,
          },
          { title: 'Share', numeric: true, cell: (row) => percent(shareOf(row.used_now, row.amount)) },
          { title: 'Used', numeric: true, cell: (row) => count(row.used_now) },
          { title: 'Of', numeric: true, cell: (row) => (row.amount === null ? 'unlimited' : count(row.amount)) },
          { title: 'Remaining', numeric: true, cell: (row) => count(row.remaining) },
          { title: 'Counts', nowrap: true, cell: (row) => `${words(row.algorithm)}${period(row)}` },
          {
            title: `Resets (${zone})`,
            nowrap: true,
            cell: (row) =>
              row.window_over || row.window_end === null ? (
                <span className="quiet">{row.window_over ? 'has been reset' : NONE}</span>
              ) : (
                <>
                  {wallClock(row.window_end)}{' '}
                  {Date.parse(row.window_end) > now && (
                    <span className="quiet">in {duration(Date.parse(row.window_end) - now)}</span>
                  )}
                </>
              ),
          },
        ]}
      />
      <More pages={pages} />
    </Panel>
  );
}

function period(limit: Limit): string {
  const text = periodOf(limit);
  return text === '' ? '' : `, ${text}`;
}

function stateOf(limit: Limit): string {
  if (limit.suspended) {
    return 'suspended';
  }
  if (limit.exempt) {
    return 'exempt';
  }
  if (limit.window_over) {
    return 'ok';
  }
  return limit.blocked ? 'blocked' : limit.soft_reached ? 'warned' : 'ok';
}

function labelOf(limit: Limit): string {
  const state = stateOf(limit);
  return limit.mode === 'ENFORCE' || state !== 'ok' ? state : words(limit.mode);
}

function AccountLimitEvents({ account, zone }: { account: string; zone: string }) {
  const range = useRange('');
  const question: Question = {
    path: '/v1/limit-events',
    query: { account, ...rangeQuery(range), time_zone: zone, limit: 50 },
  };
  const pages = usePages<LimitEvent>(question);
  return (
    <>
      <div className="filter-bar">
        <RangePicker otherwise="" allTime />
      </div>
      <Panel
        title="Newest first"
        question={question}
        file={`tollgate-limit-events-${account}`}
        freshness={pages.first}
        zone={zone}
      >
        <LimitEventsTable
          label={`Limit events of ${account}, newest first`}
          rows={pages.items}
          error={pages.error}
          retry={pages.refetch}
          zone={zone}
          ofAccount
          empty="Nothing happened to any limit of this account"
        />
        <More pages={pages} />
      </Panel>
    </>
  );
}

function Timeline({ account, zone }: { account: string; zone: string }) {
  const question: Question = { path: pathOf(account, 'timeline'), query: { time_zone: zone, limit: 50 } };
  const pages = usePages<Change>(question);
  return (
    <Panel
      title="What was changed, newest first"
      question={question}
      file={`tollgate-timeline-${account}`}
      freshness={pages.first}
      zone={zone}
    >
      {pages.items?.length === 0 ? (
        <Empty title="Nothing was changed" hint="Plans, overrides, suspensions and corrections are listed here." />
      ) : (
        <DataTable
          label={`Changes of ${account}, newest first`}
          rows={pages.items}
          keyOf={(row, index) => `${row.limit_event_id ?? row.command_id} ${index}`}
          error={pages.error}
          retry={pages.refetch}
          empty={{ title: 'Nothing was changed' }}
          columns={[
            { title: `In force (${zone})`, nowrap: true, cell: (row) => wallClock(row.at) },
            { title: 'What', cell: (row) => <Status value={row.kind} /> },
            { title: 'To', cell: (row) => effectOf(row, zone) },
            { title: 'Reason', cell: (row) => row.reason ?? <span className="quiet">none given</span> },
            {
              title: 'Command',
              cell: (row) =>
                row.command_id === null ? (
                  <span className="quiet">passing of time</span>
                ) : (
                  <span className="mono">{row.command_id}</span>
                ),
            },
          ]}
        />
      )}
      <More pages={pages} />
    </Panel>
  );
}

/** What a change amounts to, as far as the event tells it. */
function effectOf(change: Change, zone: string) {
  switch (change.kind) {
    case 'PLAN_CHANGED':
    case 'PLAN_CHANGE_SCHEDULED':
      return change.plan === null ? (
        NONE
      ) : (
        <To to={['plans', change.plan]}>{`${change.plan} v${change.plan_version}`}</To>
      );
    case 'OVERRIDE_CHANGED':
      return `${change.limit ?? ''}${change.amount === null ? '' : `: ${count(change.amount)}`}`;
    case 'SUSPENDED':
      return change.until === null ? 'until reinstated' : `until ${wallClock(change.until)} ${zone}`;
    case 'CORRECTED':
      return (
        <Facts
          of={[
            ['events', count(change.corrected_events)],
            ...Object.entries(change.corrected_costs).map(([meter, cost]) => [meter, count(cost)] as const),
          ]}
        />
      );
    default:
      return NONE;
  }
}
