import type { ApiError } from '../api/client.ts';
import type { LimitEvent } from '../api/types.ts';
import { count, duration, NONE, named, words } from '../lib/format.ts';
import { wallClock } from '../lib/time.ts';
import { Status, To } from './bits.tsx';
import { type Column, DataTable } from './DataTable.tsx';

interface LimitEventsTableProps {
  label: string;
  rows: LimitEvent[] | undefined;
  error: ApiError | null;
  retry: () => void;
  zone: string;
  empty: string;
  /** Of one account, which need not be named in each row. */
  ofAccount?: boolean;
}

export function LimitEventsTable(props: LimitEventsTableProps) {
  const columns: (Column<LimitEvent> | null)[] = [
    {
      title: `Time (${props.zone})`,
      nowrap: true,
      cell: (row) => <To to={['limit-events', row.limit_event_id]}>{wallClock(row.event_time)}</To>,
    },
    { title: 'What', cell: (row) => <Status value={row.kind} /> },
    props.ofAccount ? null : { title: 'Account', cell: (row) => <To to={['accounts', row.account]}>{row.account}</To> },
    {
      title: 'Limit',
      nowrap: true,
      cell: (row) => (
        <>
          {row.limit ?? NONE}
          {row.scope !== 'ACCOUNT' && row.limit !== null && (
            <span className="quiet">
              {' '}
              of {words(row.scope)} {named(row.scope_key)}
            </span>
          )}
        </>
      ),
    },
    { title: 'Used', numeric: true, cell: (row) => count(row.used) },
    { title: 'Of', numeric: true, cell: (row) => count(row.amount) },
    {
      title: 'Held',
      nowrap: true,
      cell: (row) => (row.ended_at !== null ? duration(row.duration_ms) : holds(row) ? 'still holds' : NONE),
    },
  ];
  return (
    <DataTable
      label={props.label}
      columns={columns.filter((column) => column !== null)}
      rows={props.rows}
      keyOf={(row) => row.limit_event_id}
      error={props.error}
      retry={props.retry}
      empty={{ title: props.empty, hint: 'Choose a longer time, or fewer filters.' }}
    />
  );
}

/** Alerts and blocks hold until something ends them; other events are over at once. */
export function holds(event: LimitEvent): boolean {
  return event.kind.endsWith('_LIMIT_REACHED') && event.ended_at === null;
}
