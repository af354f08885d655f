import { MultiSelect, Switch } from '@mantine/core';
import { usePages } from '../api/hooks.ts';
import { filtersOf } from '../api/query.ts';
import type { LimitEvent } from '../api/types.ts';
import { words } from '../lib/format.ts';
import { rangeQuery } from '../lib/range.ts';
import { useParams, useZone } from '../lib/url.ts';
import { More, PageHead } from '../ui/bits.tsx';
import { Filters, RangePicker, useFilters, useRange } from '../ui/FilterBar.tsx';
import { LimitEventsTable } from '../ui/LimitEventsTable.tsx';
import { Panel } from '../ui/Panel.tsx';

const KINDS = ['HARD_LIMIT_REACHED', 'SOFT_LIMIT_REACHED', 'ADVISORY_LIMIT_REACHED', 'LIMIT_CLEARED'];
const KIND = 'filter[kind]';

/** Alerts, blocks and their ends. */
export function LimitEventsPage() {
  const [zone] = useZone();
  const [params, change] = useParams();
  const range = useRange('-24h');
  const filters = useFilters();
  const open = params.get('open') === 'true';
  const question = {
    path: '/v1/limit-events',
    query: {
      ...rangeQuery(range),
      time_zone: zone,
      ...filtersOf(filters),
      ...(open ? { open: 'true' } : {}),
      limit: 50,
    },
  };
  const pages = usePages<LimitEvent>(question);
  return (
    <>
      <PageHead title="Limit events" />
      <div className="filter-bar">
        <RangePicker otherwise="-24h" />
        <MultiSelect
          label="What"
          placeholder={params.get(KIND) ? '' : 'Anything'}
          data={KINDS.map((kind) => ({ value: kind, label: words(kind) }))}
          value={(params.get(KIND) ?? '').split(',').filter((kind) => KINDS.includes(kind))}
          onChange={(kinds) => change({ [KIND]: kinds.join(',') })}
          clearable
          clearButtonProps={{ 'aria-label': 'Anything' }}
          miw={200}
          maw={460}
        />
        <Switch
          label="Only what still holds"
          checked={open}
          onChange={(event) => change({ open: event.currentTarget.checked ? 'true' : null })}
          mb={8}
        />
        <Filters dimensions={['account', 'limit', 'meter', 'scope', 'project', 'api_key', 'plan', 'mode', 'cause']} />
      </div>
      <Panel title="Newest first" question={question} file="tollgate-limit-events" freshness={pages.first} zone={zone}>
        <LimitEventsTable
          label="Limit events, newest first"
          rows={pages.items}
          error={pages.error}
          retry={pages.refetch}
          zone={zone}
          empty="Nothing happened to any limit in this time"
        />
        <More pages={pages} />
      </Panel>
    </>
  );
}
