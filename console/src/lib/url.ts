import { useCallback, useMemo } from 'react';
import { useSearch } from 'wouter';
import { navigate, usePathname } from 'wouter/use-browser-location';
import { isZone } from './time.ts';

/** Where the console is served. */
export const BASE = '/console';
const ZONE = 'time_zone';
const ZONE_KEY = 'tollgate.time-zone';

export type Patch = Readonly<Record<string, string | null | undefined>>;

/** The same parameters with some changed; null takes one out. */
export function patched(search: string, patch: Patch): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined || value === '') {
      params.delete(name);
    } else {
      params.set(name, value);
    }
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** The segments of a path below the console, percent-decoded; null where one of them cannot be. */
export function segmentsOf(pathname: string): string[] | null {
  try {
    return pathname
      .slice(BASE.length)
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** An address of the console: its segments are percent-encoded, empty parameters left out. */
export function hrefOf(segments: readonly string[], query: Patch = {}): string {
  return `${BASE}/${segments.map(encodeURIComponent).join('/')}${patched('', query)}`;
}

export function useSegments(): string[] | null {
  const pathname = usePathname();
  return useMemo(() => segmentsOf(pathname), [pathname]);
}

/** The parameters of the address, and what changes some of them in place. */
export function useParams(): [URLSearchParams, (patch: Patch) => void] {
  const search = useSearch();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const change = useCallback((patch: Patch) => {
    navigate(location.pathname + patched(location.search, patch), { replace: true });
  }, []);
  return [params, change];
}

/** The zone of the address, or else the one chosen last, or else UTC; and what chooses another. */
export function useZone(): [string, (zone: string) => void] {
  const [params, change] = useParams();
  const named = params.get(ZONE);
  const zone = named && isZone(named) ? named : storedZone();
  const choose = useCallback(
    (chosen: string) => {
      localStorage.setItem(ZONE_KEY, chosen);
      change({ [ZONE]: chosen });
    },
    [change],
  );
  return [zone, choose];
}

export function storedZone(): string {
  const stored = localStorage.getItem(ZONE_KEY);
  return stored && isZone(stored) ? stored : 'UTC';
}

/** Makes addresses that keep the zone. */
export function useHref(): (segments: readonly string[], query?: Patch) => string {
  const [zone] = useZone();
  return useCallback((segments, query) => hrefOf(segments, { ...query, [ZONE]: zone }), [zone]);
}

export { navigate };
