import { describe, expect, test } from 'vitest';
import {
  dayOf,
  instantOf,
  inZone,
  isZone,
  monthOf,
  offsetMinutes,
  wallClock,
  wallClockMillis,
  windowLabel,
} from '../../src/lib/time.ts';

const NOON = Date.parse('2026-11-30T12:00:00Z');

describe('times', () => {
  test.each([
    ['UTC', 0],
    ['Asia/Kathmandu', 345],
    ['America/St_Johns', -210],
    ['Europe/Berlin', 60],
  ])('know what %s is ahead of UTC', (zone, minutes) => {
    expect(offsetMinutes(NOON, zone)).toBe(minutes);
  });

  test.each([
    ['2026-11-30T17:45', 'Asia/Kathmandu', '2026-11-30T17:45:00+05:45'],
    ['2026-11-30T00:00', 'UTC', '2026-11-30T00:00:00Z'],
    ['2026-07-01T00:00', 'America/New_York', '2026-07-01T00:00:00-04:00'],
    // Clocks go from 02:00 to 03:00, and from 03:00 back to 02:00.
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T03:30:00+02:00'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T02:30:00+02:00'],
    ['2026-10-25T03:30', 'Europe/Berlin', '2026-10-25T03:30:00+01:00'],
  ])('find the instant of %s in %s', (wall, zone, instant) => {
    expect(instantOf(wall, zone)).toBe(instant);
  });

  test('are written in a zone, before 1970 too', () => {
    expect(inZone(NOON, 'America/St_Johns')).toBe('2026-11-30T08:30:00-03:30');
    expect(inZone(-1, 'UTC')).toBe('1969-12-31T23:59:59Z');
  });

  test('have the days and months of the zone', () => {
    const late = Date.parse('2026-12-31T20:00:00Z');

    expect(dayOf(late, 'Asia/Kathmandu')).toBe('2027-01-01');
    expect(dayOf(late, 'UTC', 1)).toBe('2027-01-01');
    expect(monthOf(late, 'UTC', -12)).toBe('2025-12');
    expect(monthOf(late, 'Asia/Kathmandu')).toBe('2027-01');
  });

  test('are shown as the API wrote them', () => {
    expect(wallClock('2026-11-30T12:00:01.204+05:45')).toBe('2026-11-30 12:00:01');
    expect(wallClockMillis('2026-11-30T12:00:01.2+05:45')).toBe('2026-11-30 12:00:01.200');
    expect(wallClockMillis('2026-11-30T12:00:01Z')).toBe('2026-11-30 12:00:01');
    expect(wallClock(null)).toBe('–');
    expect(['PT1M', 'PT1H', 'P1D', 'P1M', 'P1Y'].map((window) => windowLabel('2026-11-30T12:05:00Z', window))).toEqual([
      '12:05',
      '11-30 12:05',
      '2026-11-30',
      '2026-11',
      '2026',
    ]);
  });

  test('tell zones from other words', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Europe/Tollgate')).toBe(false);
  });
});
