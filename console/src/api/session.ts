import { useSyncExternalStore } from 'react';

const KEY = 'tollgate.token';

/** Whether the last session ended because its token was rejected. */
let rejected = false;
const listeners = new Set<() => void>();

/** The token of this tab; null before sign-in. It is kept by the tab alone and never part of an address. */
export function useToken(): string | null {
  return useSyncExternalStore(subscribe, () => sessionStorage.getItem(KEY));
}

export function useWasRejected(): boolean {
  return useSyncExternalStore(subscribe, () => rejected);
}

export function signIn(token: string): void {
  rejected = false;
  sessionStorage.setItem(KEY, token);
  notify();
}

/** Forgets the token; with one named only that, because the answer to an older one says nothing about its successor. */
export function signOut(refused?: string): void {
  if (refused !== undefined && sessionStorage.getItem(KEY) !== refused) {
    return;
  }
  rejected = refused !== undefined;
  sessionStorage.removeItem(KEY);
  notify();
}

function notify(): void {
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
