import { describe, expect, test } from 'vitest';
import { lengthOf, presets, rangeIn, rangeQuery, windowFor, windowsFor } from '../../src/lib/range.ts';

const NOW = Date.parse('2026-11-30T20:00:00Z');
const HOUR = 3_600_000;

describe('spans of time', () => {
  test('offer the days and months of the zone', () => {
    const periods = presets(NOW, 'Asia/Kathmandu').map(({ period }) => period);

    expect(periods).toContain('2026-12-01');
    expect(periods).toContain('2026-11');
  });

  test.each([
    ['-6h', 6 * HOUR],
    ['-4w', 28 * 24 * HOUR],
    ['2026-11-30', 24 * HOUR],
    ['2026-W48', 7 * 24 * HOUR],
    ['2026', 366 * 24 * HOUR],
  ])('know about how long %s is', (period, length) => {
    expect(lengthOf({ period }, NOW)).toBe(length);
  });

  test('come out of an address and go back into it', () => {
    const params = new URLSearchParams('from=2026-11-30T00:00:00%2B05:45&to=');

    const range = rangeIn(params, '-24h');

    expect(range).toEqual({ from: '2026-11-30T00:00:00+05:45', to: '' });
    expect(rangeQuery(range)).toEqual({ from: '2026-11-30T00:00:00+05:45', to: '' });
    expect(rangeIn(new URLSearchParams(), '-24h')).toEqual({ period: '-24h' });
    expect(lengthOf({ from: 'nonsense', to: '' }, NOW)).toBe(0);
  });

  test.each([
    ['-1h', null, 'PT1M'],
    ['-24h', null, 'PT1H'],
    ['2026-11', null, 'P1D'],
    ['2026', null, 'P1W'],
    ['2026-11', 'P1W', 'P1W'],
    // Half a million bars.
    ['2026', 'PT1M', 'P1W'],
    ['-1h', 'nonsense', 'PT1M'],
  ])('%s with the wish %s is shown by %s', (period, wished, window) => {
    expect(windowFor({ period }, NOW, wished)).toBe(window);
  });

  test('offer no window that is too small', () => {
    expect(windowsFor({ period: '2026' }, NOW).map(({ value }) => value)).toEqual(['P1D', 'P1W', 'P1M']);
  });
});
