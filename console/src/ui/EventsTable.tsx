import type { ApiError } from '../api/client.ts';
import type { Event } from '../api/types.ts';
import { count, duration, named } from '../lib/format.ts';
import { wallClockMillis } from '../lib/time.ts';
import { Status, To } from './bits.tsx';
import { type Column, DataTable } from './DataTable.tsx';

interface EventsTableProps {
  label: string;
  rows: Event[] | undefined;
  error: ApiError | null;
  retry: () => void;
  zone: string;
  ofAccount?: boolean;
  /** The event that is marked among the others. */
  marked?: string | null;
}

/** Entries of the journal: what became of each request event. */
export function EventsTable(props: EventsTableProps) {
  const columns: (Column<Event> | null)[] = [
    { title: `Happened (${props.zone})`, nowrap: true, cell: (row) => wallClockMillis(row.occurred_at) },
    { title: 'Verdict', cell: (row) => <Status value={row.verdict} /> },
    props.ofAccount ? null : { title: 'Account', cell: (row) => <To to={['accounts', row.account]}>{row.account}</To> },
    { title: 'Endpoint', cell: (row) => <span className="mono">{row.endpoint}</span> },
    { title: 'Costs', nowrap: true, cell: (row) => costs(row.costs) },
    { title: 'Project', cell: (row) => named(row.project) },
    { title: 'API key', cell: (row) => named(row.api_key) },
    { title: 'Took', numeric: true, cell: (row) => duration(row.duration_ms) },
    { title: 'Event', cell: (row) => <span className="mono">{row.event_id}</span> },
    {
      title: 'Position',
      nowrap: true,
      cell: (row) => <span className="quiet">{`${row.source_partition}:${row.source_offset}`}</span>,
    },
  ];
  return (
    <DataTable
      label={props.label}
      columns={columns.filter((column) => column !== null)}
      rows={props.rows}
      keyOf={(row, index) => `${row.event_id} ${row.verdict} ${index}`}
      error={props.error}
      retry={props.retry}
      classOf={(row) => (props.marked && row.event_id === props.marked ? 'changed' : undefined)}
      empty={{ title: 'No events in this time', hint: 'Choose a longer time, or fewer filters.' }}
    />
  );
}

function costs(of: Readonly<Record<string, number>>): string {
  return (
    Object.entries(of)
      .map(([meter, cost]) => `${count(cost)} ${meter}`)
      .join(', ') || '–'
  );
}
