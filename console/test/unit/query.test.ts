import { describe, expect, test } from 'vitest';
import { curlOf, exactly, filtersIn, filtersOf, searchOf } from '../../src/api/query.ts';

describe('queries', () => {
  test('leave out what is not given, and encode the rest', () => {
    expect(
      searchOf({ period: '-24h', account: undefined, cursor: '', 'filter[endpoint][prefix]': '/v2/ä&b', limit: 5 }),
    ).toBe('?period=-24h&filter%5Bendpoint%5D%5Bprefix%5D=%2Fv2%2F%C3%A4%26b&limit=5');
    expect(searchOf({})).toBe('');
  });

  test('bring filters back out of an address', () => {
    const filters = [
      { dimension: 'project', operator: 'in', value: 'a,b' },
      { dimension: 'attribute.region', operator: 'neq', value: 'eu' },
      { dimension: 'endpoint', operator: 'prefix', value: '/v2/' },
    ] as const;

    const params = new URLSearchParams(searchOf({ period: '-7d', ...filtersOf(filters) }));

    expect(filtersIn(params)).toEqual(filters);
    expect(filtersIn(new URLSearchParams('filter[a][like]=x&filter=y&period=-1h'))).toEqual([]);
  });

  test('take a value with commas as one', () => {
    expect(searchOf(exactly('account', 'a,b'))).toBe('?filter%5Baccount%5D%5Beq%5D=a%2Cb');
  });

  test('become a curl whose values no shell reads, without the token', () => {
    const curl = curlOf('https://api.example', '/v1/usage', { account: "o'neil; rm -rf $HOME", limit: 1 }, 'text/csv');

    expect(curl.split(' \\\n  ')).toEqual([
      'curl -sS --fail-with-body -G -H "Authorization: Bearer $TOLLGATE_TOKEN"',
      "-H 'Accept: text/csv'",
      "'https://api.example/v1/usage'",
      "--data-urlencode 'account=o'\\''neil; rm -rf $HOME'",
      "--data-urlencode 'limit=1'",
    ]);
  });
});
