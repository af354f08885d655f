import { keepPreviousData, type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useContext } from 'react';
import { LiveContext } from '../lib/live.ts';
import { type ApiError, ask } from './client.ts';
import type { Query } from './query.ts';
import { useToken } from './session.ts';
import type { Page } from './types.ts';

/** Milliseconds between two answers of a live view. */
const LIVE_MS = 10_000;

/** What can be asked: a path of the API and its parameters. */
export interface Question {
  path: string;
  query: Query;
}

/** The answer to a question, asked again while the view is live. */
export function useAnswer<T>(question: Question | null): UseQueryResult<T, ApiError> {
  const token = useToken() ?? '';
  const live = useContext(LiveContext);
  return useQuery<T, ApiError>({
    queryKey: [token, question?.path, question?.query],
    queryFn: ({ signal }) => ask<T>(token, question?.path ?? '', question?.query ?? {}, signal),
    enabled: question !== null,
    placeholderData: keepPreviousData,
    refetchInterval: live ? LIVE_MS : false,
  });
}

/** A list, page behind page. */
export function usePages<T>(question: Question) {
  const token = useToken() ?? '';
  const live = useContext(LiveContext);
  const pages = useInfiniteQuery({
    queryKey: [token, 'pages', question.path, question.query],
    queryFn: ({ pageParam, signal }) =>
      ask<Page<T>>(token, question.path, { ...question.query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page: Page<T>) => page.next,
    placeholderData: keepPreviousData,
    // Only where there is one page: the pages behind it would all be asked again, and move under the reader.
    refetchInterval: (query) => (live && (query.state.data?.pages.length ?? 0) <= 1 ? LIVE_MS : false),
  });
  return {
    ...pages,
    error: pages.error as ApiError | null,
    first: pages.data?.pages[0],
    items: pages.data?.pages.flatMap((page) => page.items),
  };
}
