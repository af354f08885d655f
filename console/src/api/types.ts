import type { components } from './schema';

type Schemas = components['schemas'];

export type LimitEvent = Schemas['LimitEventMembers'];
export type LimitEventItem = Schemas['LimitEventMembers'] & Freshness;
export type Account = Schemas['Account'];
export type Limit = Schemas['Limit'];
export type Quote = Schemas['Quote'];
export type Event = Schemas['Event'];
export type Change = Schemas['Change'];
export type PlanVersion = Schemas['PlanVersion'];
export type PlanLimit = Schemas['PlanLimit'];
export type DeadLetter = Schemas['DeadLetter'];
export type TablePartition = Schemas['TablePartition'];

/** How far the figures of an answer go. */
export interface Freshness {
  as_of: string | null;
  stream_time: string | null;
  lag_ms: number | null;
}

/** A page of a list. */
export interface Page<T> extends Freshness {
  time_zone: string;
  from?: string;
  to?: string;
  items: T[];
  next: string | null;
}

/** A row of usage; beside what is named here it has a member for each name of group_by. */
export interface UsageRow {
  from: string;
  to: string;
  meter: string;
  used: number;
  late?: number;
  events?: number;
  other?: boolean;
  [dimension: string]: string | number | boolean | null | undefined;
}

export type Usage = Omit<Schemas['Usage'], 'rows'> & { rows: UsageRow[] };

/** RFC 9457, as the API answers it. */
export type Problem = Schemas['Problem'];
