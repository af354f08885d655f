import type { UsageRow } from '../api/types.ts';
import { named } from '../lib/format.ts';

/** The usage of one window, by the name of the series. */
export interface WindowUsage {
  from: string;
  used: Record<string, number>;
}

/** What a row is called: the values of its dimensions, or "other". */
export function seriesOf(row: UsageRow, groupBy: readonly string[]): string {
  if (row.other) {
    return 'other';
  }
  return groupBy.length === 0
    ? row.meter
    : groupBy.map((dimension) => named(row[dimension] as string | null)).join(' · ');
}

/** Rows of one meter as windows with a figure for each series; the series that are used most come first, others last. */
export function pivot(
  rows: readonly UsageRow[],
  groupBy: readonly string[],
  meter: string,
): { series: string[]; windows: WindowUsage[] } {
  const windows = new Map<string, WindowUsage>();
  const totals = new Map<string, number>();
  for (const row of rows) {
    if (row.meter !== meter) {
      continue;
    }
    const name = seriesOf(row, groupBy);
    let window = windows.get(row.from);
    if (!window) {
      window = { from: row.from, used: {} };
      windows.set(row.from, window);
    }
    window.used[name] = (window.used[name] ?? 0) + row.used;
    totals.set(name, (totals.get(name) ?? 0) + row.used);
  }
  const series = [...totals.keys()].sort((a, b) => {
    if ((a === 'other') !== (b === 'other')) {
      return a === 'other' ? 1 : -1;
    }
    return (totals.get(b) ?? 0) - (totals.get(a) ?? 0) || a.localeCompare(b);
  });
  return { series, windows: [...windows.values()].sort((a, b) => Date.parse(a.from) - Date.parse(b.from)) };
}

/** The meters of some rows, those of the most usage first. */
export function metersOf(total: Readonly<Record<string, number>>): string[] {
  return Object.keys(total).sort();
}
