const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What stands where there is no value. */
export const NONE = '–';

/** 1,234,567. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : WHOLE.format(value);
}

/** 1.2M, for axes and tiles. */
export function compact(value: number): string {
  return SHORT.format(value);
}

/** Basis points as per cent, rounded down as the API does: 9999 is 99.9 %. */
export function percent(basisPoints: number | null | undefined): string {
  if (basisPoints === null || basisPoints === undefined) {
    return NONE;
  }
  const tenths = Math.floor(basisPoints / 10);
  return `${WHOLE.format(Math.floor(tenths / 10))}${tenths % 10 === 0 ? '' : `.${tenths % 10}`} %`;
}

/** The share of an amount that is used, in basis points, rounded down; null where there is no amount. */
export function shareOf(used: number, amount: number | null): number | null {
  if (amount === null) {
    return null;
  }
  return amount === 0 ? (used > 0 ? 10_000 : 0) : Math.floor((used * 10_000) / amount);
}

/** A span of time in its two greatest units: 2 d 3 h, 1 min 5 s, 250 ms. */
export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined) {
    return NONE;
  }
  const value = Math.max(0, Math.round(milliseconds));
  if (value < SECOND) {
    return `${value} ms`;
  }
  const units: [number, string][] = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ];
  const first = units.findIndex(([size]) => value >= size);
  const [size, name] = units[first] as [number, string];
  const rest = units[first + 1];
  const parts = [`${Math.floor(value / size)} ${name}`];
  if (rest) {
    const second = Math.floor((value % size) / rest[0]);
    if (second > 0) {
      parts.push(`${second} ${rest[1]}`);
    }
  }
  return parts.join(' ');
}

/** HARD_LIMIT_REACHED becomes "hard limit reached". */
export function words(symbol: string): string {
  return symbol.toLowerCase().replaceAll('_', ' ');
}

/** The period of a limit, as people name it: 86400000 is "1 d". */
export function periodOf(limit: { window_unit?: string | null; period_ms: number | null; algorithm: string }): string {
  if (limit.window_unit) {
    return words(limit.window_unit);
  }
  return limit.period_ms === null ? '' : duration(limit.period_ms);
}

/** A name that is empty where the event gave none. */
export function named(value: string | null | undefined): string {
  return value === null || value === undefined || value === '' ? '(none)' : value;
}
