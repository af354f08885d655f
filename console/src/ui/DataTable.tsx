import type { ReactNode } from 'react';
import type { ApiError } from '../api/client.ts';
import { Empty, Loading, ProblemState } from './states.tsx';

export interface Column<T> {
  title: ReactNode;
  cell: (row: T) => ReactNode;
  /** Figures stand at the right, under each other. */
  numeric?: boolean;
  nowrap?: boolean;
}

interface DataTableProps<T> {
  label: string;
  columns: Column<T>[];
  rows: T[] | undefined;
  keyOf: (row: T, index: number) => string;
  error?: ApiError | null;
  retry?: () => void;
  empty: { title: string; hint?: ReactNode };
  classOf?: (row: T) => string | undefined;
}

/** Rows, or what there is instead of them: on their way, none, or a problem. */
export function DataTable<T>({ label, columns, rows, keyOf, error, retry, empty, classOf }: DataTableProps<T>) {
  if (error) {
    return <ProblemState error={error} {...(retry ? { retry } : {})} />;
  }
  if (rows === undefined) {
    return <Loading rows={5} />;
  }
  if (rows.length === 0) {
    return <Empty {...empty} />;
  }
  const classes = (column: Column<T>) => (column.numeric ? 'num' : column.nowrap ? 'nowrap' : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard.
    <section className="table-region" aria-label={label} tabIndex={0}>
      <table className="table">
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col" className={classes(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)} className={classOf?.(row)}>
              {columns.map((column, at) => (
                <td key={at} className={classes(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
