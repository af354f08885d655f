/** The wall clock of an RFC 3339 time in its own offset, to the second: the API answers in the zone that was asked for. */
export function wallClock(time: string | null | undefined): string {
  return time ? time.slice(0, 19).replace('T', ' ') : '–';
}

/** The same to the millisecond, where the time has them. */
export function wallClockMillis(time: string): string {
  const fraction = /\.(\d{1,3})/.exec(time)?.[1];
  return wallClock(time) + (fraction ? `.${fraction.padEnd(3, '0')}` : '');
}

/** The label of a window on an axis: as much of its start as tells it from its neighbours. */
export function windowLabel(from: string, window: string | undefined): string {
  switch (window) {
    case 'PT1M':
      return from.slice(11, 16);
    case 'PT1H':
      return from.slice(5, 16).replace('T', ' ');
    case 'P1M':
      return from.slice(0, 7);
    case 'P1Y':
      return from.slice(0, 4);
    default:
      return from.slice(0, 10);
  }
}

/** What the clocks of a zone are ahead of UTC at an instant, in minutes. */
export function offsetMinutes(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((wall - Math.floor(instant / 1_000) * 1_000) / 60_000);
}

/**
 * The instant at which the clocks of a zone show a wall clock (2026-11-30T17:05), as RFC 3339 with the zone's offset. Of
 * two such instants it is the earlier one; where the clocks skip it, it is as much later as they skip.
 */
export function instantOf(wall: string, zone: string): string {
  const utc = Date.parse(`${wall.slice(0, 16)}Z`);
  const before = offsetMinutes(utc - 24 * 3_600_000, zone);
  const after = offsetMinutes(utc + 24 * 3_600_000, zone);
  const fits = [before, after].find((offset) => offsetMinutes(utc - offset * 60_000, zone) === offset);
  const instant = utc - (fits ?? before) * 60_000;
  return inZone(instant, zone);
}

/** An instant as RFC 3339 with the offset of a zone, to the second. */
export function inZone(instant: number, zone: string): string {
  const offset = offsetMinutes(instant, zone);
  const wall = new Date(instant + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) {
    return `${wall}Z`;
  }
  const size = Math.abs(offset);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  return `${wall}${offset < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`;
}

/** The day of a zone at an instant, so many days later: 2026-11-30. */
export function dayOf(instant: number, zone: string, days = 0): string {
  const day = inZone(instant, zone).slice(0, 10);
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The month of a zone at an instant, so many months later: 2026-11. */
export function monthOf(instant: number, zone: string, months = 0): string {
  const [year, month] = dayOf(instant, zone).split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 7);
}

/** Whether the browser knows a zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
