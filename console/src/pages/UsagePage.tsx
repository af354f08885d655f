import { MultiSelect, SegmentedControl, Select } from '@mantine/core';
import { useAnswer } from '../api/hooks.ts';
import { filtersOf, type Query } from '../api/query.ts';
import type { Usage, UsageRow } from '../api/types.ts';
import { count, named } from '../lib/format.ts';
import { rangeQuery, windowFor, windowsFor } from '../lib/range.ts';
import { wallClock } from '../lib/time.ts';
import { useParams, useZone } from '../lib/url.ts';
import { PageHead, PartBar, To } from '../ui/bits.tsx';
import { type Column, DataTable } from '../ui/DataTable.tsx';
import { Filters, RangePicker, useFilters, useRange } from '../ui/FilterBar.tsx';
import { Panel } from '../ui/Panel.tsx';
import { metersOf } from '../ui/pivot.ts';
import { Empty, Loading, ProblemState } from '../ui/states.tsx';
import { UsageChart } from '../ui/UsageChart.tsx';

const GROUPS = ['account', 'project', 'api_key', 'endpoint', 'outcome', 'producer', 'plan'];
const MOST_GROUPS = 4;
/** Series of a chart that can be told apart; all others are one. */
const TOP_IN_CHART = 8;
const TOPS = ['20', '100', '1000'];

/** Usage of any time, zone, grouping and filter. */
export default function UsagePage() {
  return (
    <>
      <PageHead title="Usage explorer" />
      <UsageExplorer groups={GROUPS} file="tollgate-usage" />
    </>
  );
}

interface UsageExplorerProps {
  groups: readonly string[];
  file: string;
  /** The account whose usage alone is shown. */
  account?: string;
}

export function UsageExplorer({ groups, file, account }: UsageExplorerProps) {
  const [zone] = useZone();
  const [params, change] = useParams();
  const range = useRange('-7d');
  const filters = useFilters();
  const now = Date.now();
  const window = windowFor(range, now, params.get('window'));
  const groupBy = (params.get('group_by') ?? '')
    .split(',')
    .filter((name) => groups.includes(name) || name.startsWith('attribute.'));
  const top = TOPS.includes(params.get('top') ?? '') ? (params.get('top') as string) : '20';
  const byWindow = params.get('rows') === 'windows';

  const common: Query = { ...rangeQuery(range), time_zone: zone, account, ...filtersOf(filters) };
  const grouping: Query = groupBy.length === 0 ? {} : { group_by: groupBy.join(',') };
  const chartQuestion = {
    path: '/v1/usage',
    query: { ...common, window, ...grouping, ...(groupBy.length > 0 ? { top: TOP_IN_CHART } : { fill: 'zero' }) },
  };
  const tableQuestion = {
    path: '/v1/usage',
    query: {
      ...common,
      ...(byWindow ? { window } : {}),
      ...grouping,
      ...(groupBy.length > 0 ? { top } : {}),
      ...(byWindow ? {} : { order_by: '-used' }),
      include: 'late,events',
    },
  };
  const chart = useAnswer<Usage>(chartQuestion);
  const table = useAnswer<Usage>(tableQuestion);
  const meters = metersOf(chart.data?.total ?? {});
  const wished = params.get('meter');
  const meter =
    (wished && meters.includes(wished) ? wished : meters.includes('requests') ? 'requests' : meters[0]) ?? '';

  return (
    <>
      <div className="filter-bar">
        <RangePicker otherwise="-7d" />
        <Select
          label="Window"
          data={windowsFor(range, now).map(({ value, label }) => ({ value, label }))}
          value={window}
          allowDeselect={false}
          onChange={(value) => change({ window: value })}
          w={110}
        />
        <MultiSelect
          label="Group by"
          placeholder={groupBy.length === 0 ? 'Nothing' : ''}
          data={[...groups]}
          value={groupBy}
          maxValues={MOST_GROUPS}
          clearable
          clearButtonProps={{ 'aria-label': 'Group by nothing' }}
          onChange={(value) => change({ group_by: value.join(',') })}
          miw={180}
          maw={420}
        />
        <Select
          label="Meter of the chart"
          data={meters.length > 0 ? meters : ['']}
          value={meter}
          allowDeselect={false}
          disabled={meters.length === 0}
          onChange={(value) => change({ meter: value })}
          w={160}
        />
        <Filters dimensions={[...groups, 'meter'].filter((name) => name !== 'account' || account === undefined)} />
      </div>
      <div className="stack">
        <Panel
          title={`Over time${meter === '' ? '' : `: ${meter}`}`}
          question={chartQuestion}
          file={`${file}-by-time`}
          freshness={chart.data}
          zone={zone}
        >
          {chart.error ? (
            <ProblemState error={chart.error} retry={chart.refetch} />
          ) : !chart.data ? (
            <Loading rows={8} />
          ) : meter === '' ? (
            <Empty
              title="Nothing was used"
              hint="No event of this time counts. Choose a longer time, or fewer filters."
            />
          ) : (
            <UsageChart
              label={`Usage of ${meter} over time, times in ${zone}`}
              rows={chart.data.rows}
              window={window}
              groupBy={groupBy}
              meter={meter}
            />
          )}
        </Panel>
        <Panel
          title="Figures"
          question={tableQuestion}
          file={file}
          freshness={table.data}
          zone={zone}
          actions={
            <>
              {groupBy.length > 0 && (
                <Select
                  aria-label="Groups with rows of their own"
                  size="xs"
                  data={TOPS.map((value) => ({ value, label: `Top ${value}` }))}
                  value={top}
                  allowDeselect={false}
                  onChange={(value) => change({ top: value })}
                  w={100}
                />
              )}
              <SegmentedControl
                size="xs"
                aria-label="Rows"
                data={[
                  { value: 'groups', label: 'Totals' },
                  { value: 'windows', label: 'By window' },
                ]}
                value={byWindow ? 'windows' : 'groups'}
                onChange={(value) => change({ rows: value === 'windows' ? value : null })}
              />
            </>
          }
        >
          <DataTable
            label={`Usage, times in ${zone}`}
            rows={table.data?.rows}
            keyOf={(row, index) => `${row.from} ${row.meter} ${groupBy.map((name) => row[name]).join(' ')} ${index}`}
            error={table.error}
            retry={table.refetch}
            empty={{ title: 'Nothing was used', hint: 'Choose a longer time, or fewer filters.' }}
            columns={columnsOf(groupBy, byWindow, zone, table.data)}
          />
        </Panel>
      </div>
    </>
  );
}

function columnsOf(groupBy: string[], byWindow: boolean, zone: string, usage: Usage | undefined): Column<UsageRow>[] {
  const totals = usage?.total ?? {};
  return [
    ...(byWindow ? [{ title: `From (${zone})`, nowrap: true, cell: (row: UsageRow) => wallClock(row.from) }] : []),
    { title: 'Meter', cell: (row) => row.meter },
    ...groupBy.map((name) => ({
      title: name.replace('_', ' '),
      cell: (row: UsageRow) => {
        if (row.other) {
          return <span className="quiet">all others</span>;
        }
        const value = row[name] as string | null;
        return name === 'account' && value ? <To to={['accounts', value]}>{value}</To> : named(value);
      },
    })),
    { title: 'Used', numeric: true, cell: (row) => count(row.used) },
    ...(byWindow
      ? []
      : [{ title: 'Part', cell: (row: UsageRow) => <PartBar value={row.used} of={totals[row.meter] ?? 0} /> }]),
    { title: 'Events', numeric: true, cell: (row) => count(row.events) },
    { title: 'Late', numeric: true, cell: (row) => count(row.late) },
  ];
}
