import { Select } from '@mantine/core';
import { useAnswer } from '../api/hooks.ts';
import { exactly } from '../api/query.ts';
import type { Account, LimitEvent, Page, TablePartition, Usage } from '../api/types.ts';
import { compact, count, duration, NONE } from '../lib/format.ts';
import { rangeQuery, windowFor } from '../lib/range.ts';
import { useParams, useZone } from '../lib/url.ts';
import { AccountsTable } from '../ui/AccountsTable.tsx';
import { BARS, PageHead, PartBar, To } from '../ui/bits.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { RangePicker, useRange } from '../ui/FilterBar.tsx';
import { LimitEventsTable } from '../ui/LimitEventsTable.tsx';
import { Panel } from '../ui/Panel.tsx';
import { metersOf } from '../ui/pivot.ts';
import { Empty, Loading, ProblemState } from '../ui/states.tsx';
import { UsageChart } from '../ui/UsageChart.tsx';

const TOP = 8;
/** As many as a page of the API has at most; more are shown as "1,000+". */
const MOST = 1_000;

/** What is going on: usage, who is stopped, who will be, and how fresh the figures are. */
export default function OverviewPage() {
  const [zone] = useZone();
  const [params, change] = useParams();
  const range = useRange('-24h');
  const window = windowFor(range, Date.now(), null);
  const common = { ...rangeQuery(range), time_zone: zone };

  const overTime = { path: '/v1/usage', query: { ...common, window, fill: 'zero' } };
  const usage = useAnswer<Usage>(overTime);
  const meters = metersOf(usage.data?.total ?? {});
  const meter = params.get('meter') ?? (meters.includes('requests') ? 'requests' : meters[0]) ?? 'requests';

  const topQuestion = {
    path: '/v1/usage',
    query: { ...common, group_by: 'account', top: TOP, order_by: '-used', ...exactly('meter', meter) },
  };
  const top = useAnswer<Usage>(topQuestion);
  const blocksQuestion = {
    path: '/v1/limit-events',
    query: { ...common, 'filter[kind]': 'HARD_LIMIT_REACHED', limit: 8 },
  };
  const blocks = useAnswer<Page<LimitEvent>>(blocksQuestion);
  const closestQuestion = { path: '/v1/accounts', query: { time_zone: zone, limit: 8 } };
  const closest = useAnswer<Page<Account>>(closestQuestion);
  const topRows = top.data?.rows.filter((row) => row.meter === meter);
  const greatest = Math.max(0, ...(topRows ?? []).map((row) => row.used));

  return (
    <>
      <PageHead title="Overview">
        <RangePicker otherwise="-24h" />
        <Select
          label="Meter"
          data={meters.length > 0 ? meters : [meter]}
          value={meter}
          allowDeselect={false}
          onChange={(value) => change({ meter: value })}
          w={160}
        />
      </PageHead>
      <div className="stack">
        <Tiles zone={zone} total={usage.data?.total[meter]} meter={meter} lag={usage.data?.lag_ms} range={common} />
        <Panel
          title={`Usage over time: ${meter}`}
          question={overTime}
          file="tollgate-usage"
          freshness={usage.data}
          zone={zone}
        >
          {usage.error ? (
            <ProblemState error={usage.error} retry={usage.refetch} />
          ) : !usage.data ? (
            <Loading rows={8} />
          ) : (usage.data.total[meter] ?? 0) === 0 ? (
            <Empty title="Nothing was used in this time" hint="Choose a longer time, or another meter." />
          ) : (
            <UsageChart
              label={`Usage of ${meter} over time, times in ${zone}`}
              rows={usage.data.rows}
              window={window}
              groupBy={[]}
              meter={meter}
            />
          )}
        </Panel>
        <div className="two">
          <Panel title={`Accounts that used most: ${meter}`} question={topQuestion} file="tollgate-top-accounts">
            <DataTable
              label={`Accounts that used most of ${meter}`}
              rows={topRows}
              keyOf={(row) => String(row.account ?? '(other)')}
              error={top.error}
              retry={top.refetch}
              empty={{ title: 'Nobody used anything in this time' }}
              columns={[
                {
                  title: 'Account',
                  cell: (row) =>
                    row.other ? (
                      <span className="quiet">all others</span>
                    ) : (
                      <To to={['accounts', String(row.account)]}>{String(row.account)}</To>
                    ),
                },
                { title: BARS, cell: (row) => <PartBar value={row.used} of={greatest} /> },
                { title: 'Used', numeric: true, cell: (row) => count(row.used) },
              ]}
            />
          </Panel>
          <Panel title="Closest to a limit" question={closestQuestion} file="tollgate-accounts">
            <AccountsTable
              label="Accounts closest to a limit"
              rows={closest.data?.items}
              error={closest.error}
              retry={closest.refetch}
              brief
            />
          </Panel>
        </div>
        <Panel title="Blocks" question={blocksQuestion} file="tollgate-blocks" freshness={blocks.data} zone={zone}>
          <LimitEventsTable
            label="Blocks in this time, newest first"
            rows={blocks.data?.items}
            error={blocks.error}
            retry={blocks.refetch}
            zone={zone}
            empty="Nobody was blocked in this time"
          />
        </Panel>
      </div>
    </>
  );
}

interface TilesProps {
  zone: string;
  total: number | undefined;
  meter: string;
  lag: number | null | undefined;
  range: Record<string, string | number | undefined>;
}

function Tiles({ zone, total, meter, lag, range }: TilesProps) {
  const letters = useAnswer<Page<unknown>>({ path: '/v1/dead-letters', query: { ...range, limit: MOST } });
  const tables = useAnswer<Page<TablePartition>>({ path: '/v1/freshness', query: { time_zone: zone, limit: MOST } });
  return (
    <div className="tiles">
      <Tile
        label={`Used: ${meter}`}
        figure={total === undefined ? NONE : compact(total)}
        note={count(total)}
        to={['usage']}
      />
      <OpenEvents kind="HARD_LIMIT_REACHED" label="Blocks that hold" tone="blocked" zone={zone} />
      <OpenEvents kind="SOFT_LIMIT_REACHED" label="Alerts that hold" tone="warned" zone={zone} />
      <Tile
        label="Dead letters"
        figure={letters.error?.status === 403 ? NONE : countOf(letters.data)}
        tone={(letters.data?.items.length ?? 0) > 0 ? 'warned' : ''}
        note="in the time that is shown"
        to={['dead-letters']}
      />
      <Tile
        label="Newest record"
        figure={lag === null || lag === undefined ? NONE : duration(lag)}
        note={
          tables.error?.status === 403
            ? 'ago'
            : `ago; ${new Set(tables.data?.items.map(({ table }) => table)).size} tables are written`
        }
        to={['freshness']}
      />
    </div>
  );
}

/** How many limit events of a kind hold now, and for how many accounts. */
function OpenEvents({ kind, label, tone, zone }: { kind: string; label: string; tone: string; zone: string }) {
  const query = { open: 'true', 'filter[kind]': kind, period: '-4w' };
  const page = useAnswer<Page<LimitEvent>>({
    path: '/v1/limit-events',
    query: { ...query, time_zone: zone, limit: MOST },
  }).data;
  const accounts = new Set(page?.items.map((event) => event.account)).size;
  return (
    <Tile
      label={label}
      figure={countOf(page)}
      tone={(page?.items.length ?? 0) > 0 ? tone : ''}
      note={page ? `${count(accounts)} accounts, begun within 4 weeks` : ''}
      to={['limit-events']}
      query={query}
    />
  );
}

function countOf(page: Page<unknown> | undefined): string {
  return page === undefined ? NONE : count(page.items.length) + (page.next === null ? '' : '+');
}

interface TileProps {
  label: string;
  figure: string;
  note: string;
  tone?: string;
  to: string[];
  query?: Record<string, string>;
}

function Tile({ label, figure, note, tone = '', to, query = {} }: TileProps) {
  return (
    <To to={to} query={query} className="tile">
      <div className="tile-label">{label}</div>
      <div className={`tile-figure ${tone}`}>{figure}</div>
      <div className="tile-note">{note}</div>
    </To>
  );
}
