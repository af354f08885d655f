import { BarChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { UsageRow } from '../api/types.ts';
import { compact, count } from '../lib/format.ts';
import { wallClock, windowLabel } from '../lib/time.ts';
import { DataTable } from './DataTable.tsx';
import { pivot } from './pivot.ts';

/** Colours that can be told apart next to each other, in both themes. */
const COLORS = ['indigo.5', 'teal.5', 'orange.5', 'grape.5', 'cyan.6', 'pink.5', 'lime.6', 'yellow.6', 'blue.3'];
const OTHER_COLOR = 'gray.5';

interface UsageChartProps {
  label: string;
  rows: UsageRow[];
  window: string;
  /** Dimensions whose values name the series. */
  groupBy: readonly string[];
  meter: string;
}

/** Usage over time as bars, or as the table of the same figures. */
export function UsageChart({ label, rows, window, groupBy, meter }: UsageChartProps) {
  const [table, setTable] = useState(false);
  const { series, windows } = pivot(rows, groupBy, meter);
  const toggle = (
    <div className="chart-toggle">
      <Button variant="subtle" size="compact-xs" onClick={() => setTable(!table)} aria-pressed={table}>
        {table ? 'As chart' : 'As table'}
      </Button>
    </div>
  );
  if (table) {
    return (
      <>
        {toggle}
        <div className="chart-table">
          <DataTable
            label={`${label}, as table`}
            rows={windows}
            keyOf={(row) => row.from}
            empty={{ title: 'Nothing was used' }}
            columns={[
              { title: 'From', cell: (row) => wallClock(row.from), nowrap: true },
              ...series.map((name) => ({
                title: name,
                numeric: true,
                cell: (row: (typeof windows)[number]) => count(row.used[name] ?? 0),
              })),
            ]}
          />
        </div>
      </>
    );
  }
  return (
    <>
      {toggle}
      <figure className="chart" aria-label={label}>
        <BarChart
          h={260}
          data={windows.map((row) => ({ at: windowLabel(row.from, window), ...row.used }))}
          dataKey="at"
          type="stacked"
          series={series.map((name, index) => ({
            name,
            color: name === 'other' ? OTHER_COLOR : (COLORS[index % COLORS.length] as string),
          }))}
          withLegend={series.length > 1}
          legendProps={{ verticalAlign: 'bottom', height: 36 }}
          valueFormatter={(value) => count(value)}
          yAxisProps={{ tickFormatter: (value: number) => compact(value), width: 52 }}
          xAxisProps={{ minTickGap: 28 }}
          barProps={{ isAnimationActive: false, maxBarSize: 36 }}
          gridAxis="x"
          tickLine="none"
        />
      </figure>
    </>
  );
}
