import type { Query } from '../api/query.ts';
import { dayOf, monthOf } from './time.ts';

/** A span of time as the API takes it: a period, or from and to. */
export type Range = { period: string } | { from: string; to: string };

export interface Preset {
  label: string;
  period: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: DAY, w: 7 * DAY };

/** What the list of spans offers; the calendar ones are those of the zone. */
export function presets(now: number, zone: string): Preset[] {
  return [
    { label: 'Last hour', period: '-1h' },
    { label: 'Last 6 hours', period: '-6h' },
    { label: 'Last 24 hours', period: '-24h' },
    { label: 'Last 7 days', period: '-7d' },
    { label: 'Last 4 weeks', period: '-4w' },
    { label: 'Today', period: dayOf(now, zone) },
    { label: 'Yesterday', period: dayOf(now, zone, -1) },
    { label: 'This month', period: monthOf(now, zone) },
    { label: 'Last month', period: monthOf(now, zone, -1) },
    { label: 'This year', period: dayOf(now, zone).slice(0, 4) },
  ];
}

/** The span that an address names; the given one if it names none. */
export function rangeIn(params: URLSearchParams, otherwise: string): Range {
  const from = params.get('from');
  if (from) {
    return { from, to: params.get('to') ?? '' };
  }
  return { period: params.get('period') ?? otherwise };
}

/** A span as parameters of the API and of an address. */
export function rangeQuery(range: Range): Query {
  return 'period' in range ? { period: range.period } : { from: range.from, to: range.to };
}

/** About how long a span is, in milliseconds; a span without an end ends now. */
export function lengthOf(range: Range, now: number): number {
  if (!('period' in range)) {
    return Math.max(0, (range.to === '' ? now : Date.parse(range.to)) - Date.parse(range.from)) || 0;
  }
  const back = /^-(\d+)([hdw])$/.exec(range.period);
  if (back) {
    return Number(back[1]) * (UNITS[back[2] as string] as number);
  }
  if (/^\d{4}-W\d{2}$/.test(range.period)) {
    return 7 * DAY;
  }
  return { 4: 366 * DAY, 7: 31 * DAY, 10: DAY }[range.period.length] ?? DAY;
}

/** Windows by name, in milliseconds at most. */
export const WINDOWS: readonly { value: string; label: string; millis: number }[] = [
  { value: 'PT1M', label: 'Minute', millis: MINUTE },
  { value: 'PT1H', label: 'Hour', millis: HOUR },
  { value: 'P1D', label: 'Day', millis: DAY },
  { value: 'P1W', label: 'Week', millis: 7 * DAY },
  { value: 'P1M', label: 'Month', millis: 31 * DAY },
];

/** More bars than that cannot be told apart. */
const MOST_WINDOWS = 400;
const WANTED_WINDOWS = 120;

/** The windows that a span can be shown in. */
export function windowsFor(range: Range, now: number) {
  const length = lengthOf(range, now);
  return WINDOWS.filter(({ millis }) => length / millis <= MOST_WINDOWS);
}

/** The smallest window of which a span has not too many: the named one, if it is one of those. */
export function windowFor(range: Range, now: number, wished: string | null): string {
  const possible = windowsFor(range, now);
  if (wished && possible.some(({ value }) => value === wished)) {
    return wished;
  }
  const length = lengthOf(range, now);
  return (possible.find(({ millis }) => length / millis <= WANTED_WINDOWS) ?? possible.at(-1))?.value ?? 'P1M';
}
