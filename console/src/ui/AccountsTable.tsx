import type { ApiError } from '../api/client.ts';
import type { Account } from '../api/types.ts';
import { count, named, percent, words } from '../lib/format.ts';
import { wallClock } from '../lib/time.ts';
import { BARS, ShareBar, Status, To } from './bits.tsx';
import { type Column, DataTable } from './DataTable.tsx';

interface AccountsTableProps {
  label: string;
  rows: Account[] | undefined;
  error: ApiError | null;
  retry: () => void;
  /** Without amounts, plan and end. */
  brief?: boolean;
  zone?: string;
}

export function AccountsTable({ label, rows, error, retry, brief = false, zone = '' }: AccountsTableProps) {
  const columns: Column<Account>[] = [
    { title: 'Account', cell: (row) => <To to={['accounts', row.account]}>{row.account}</To> },
    { title: 'State', cell: (row) => <Status value={row.state} /> },
    { title: 'Closest limit', nowrap: !brief, cell: (row) => limitOf(row) },
    {
      title: BARS,
      cell: (row) =>
        row.limit === null || row.used === null ? null : (
          <ShareBar used={row.used} amount={row.amount} label={`${row.limit} of ${row.account}`} />
        ),
    },
    { title: 'Share', numeric: true, cell: (row) => percent(row.share_basis_points) },
  ];
  if (!brief) {
    columns.push(
      { title: 'Used', numeric: true, cell: (row) => count(row.used) },
      { title: 'Of', numeric: true, cell: (row) => count(row.amount) },
      {
        title: 'Plan',
        nowrap: true,
        cell: (row) => <To to={['plans', row.plan]}>{`${row.plan} v${row.plan_version}`}</To>,
      },
      { title: `Window ends (${zone})`, nowrap: true, cell: (row) => wallClock(row.window_end) },
    );
  }
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.account}
      error={error}
      retry={retry}
      empty={{ title: 'No accounts', hint: 'Accounts appear with their first event or command.' }}
    />
  );
}

function limitOf(row: Account) {
  if (row.limit === null) {
    return <span className="quiet">none</span>;
  }
  return (
    <>
      {row.limit}
      {row.scope !== null && row.scope !== 'ACCOUNT' && (
        <span className="quiet">
          {' '}
          of {words(row.scope)} {named(row.scope_key)}
        </span>
      )}
    </>
  );
}
