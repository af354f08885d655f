import { usePages } from '../api/hooks.ts';
import { filtersOf } from '../api/query.ts';
import type { Event } from '../api/types.ts';
import { rangeQuery } from '../lib/range.ts';
import { useZone } from '../lib/url.ts';
import { More, PageHead } from '../ui/bits.tsx';
import { EventsTable } from '../ui/EventsTable.tsx';
import { Filters, RangePicker, useFilters, useRange } from '../ui/FilterBar.tsx';
import { Panel } from '../ui/Panel.tsx';

const DIMENSIONS = ['verdict', 'endpoint', 'project', 'api_key', 'outcome', 'event', 'correction', 'producer', 'plan'];

/** What became of each request event. */
export function EventsPage() {
  return (
    <>
      <PageHead title="Request events" />
      <EventsExplorer />
    </>
  );
}

export function EventsExplorer({ account }: { account?: string }) {
  const [zone] = useZone();
  const range = useRange('-1h');
  const filters = useFilters();
  const question = {
    path: '/v1/events',
    query: { ...rangeQuery(range), time_zone: zone, account, ...filtersOf(filters), limit: 50 },
  };
  const pages = usePages<Event>(question);
  return (
    <>
      <div className="filter-bar">
        <RangePicker otherwise="-1h" />
        <Filters dimensions={account === undefined ? ['account', ...DIMENSIONS] : DIMENSIONS} />
      </div>
      <Panel title="Newest first" question={question} file="tollgate-events" freshness={pages.first} zone={zone}>
        <EventsTable
          label="Request events, newest first"
          rows={pages.items}
          error={pages.error}
          retry={pages.refetch}
          zone={zone}
          ofAccount={account !== undefined}
        />
        <More pages={pages} />
      </Panel>
    </>
  );
}
