import { useAnswer } from '../api/hooks.ts';
import type { Page, TablePartition } from '../api/types.ts';
import { count, duration } from '../lib/format.ts';
import { wallClock } from '../lib/time.ts';
import { useZone } from '../lib/url.ts';
import { PageHead } from '../ui/bits.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { Panel } from '../ui/Panel.tsx';

/** How far each table has got. */
export function FreshnessPage() {
  const [zone] = useZone();
  const question = { path: '/v1/freshness', query: { time_zone: zone, limit: 1_000 } };
  const answer = useAnswer<Page<TablePartition>>(question);
  return (
    <>
      <PageHead title="Freshness" />
      <Panel
        title="Tables by partition"
        question={question}
        file="tollgate-freshness"
        freshness={answer.data}
        zone={zone}
      >
        <DataTable
          label="How far each table has got"
          rows={answer.data?.items}
          keyOf={(row) => `${row.table} ${row.topic_id} ${row.partition}`}
          error={answer.error}
          retry={answer.refetch}
          empty={{ title: 'Nothing has been written yet', hint: 'tollgate sink writes the tables.' }}
          columns={[
            { title: 'Table', cell: (row) => row.table },
            { title: 'Partition', numeric: true, cell: (row) => row.partition },
            { title: `Newest record (${zone})`, nowrap: true, cell: (row) => wallClock(row.newest_recorded_at) },
            { title: 'Ago', numeric: true, cell: (row) => duration(row.age_ms) },
            { title: `Newest event (${zone})`, nowrap: true, cell: (row) => wallClock(row.newest_event_at) },
            { title: 'Offset', numeric: true, cell: (row) => count(row.max_offset) },
            { title: 'Rows', numeric: true, cell: (row) => count(row.row_count) },
          ]}
        />
      </Panel>
    </>
  );
}
