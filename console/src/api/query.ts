/** Parameters of a request by name, in order; undefined and empty ones are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

export type FilterOperator = 'in' | 'neq' | 'prefix';

/** A filter of one dimension; values are joined by commas, as the API reads them. */
export interface Filter {
  dimension: string;
  operator: FilterOperator;
  value: string;
}

/** The parameter that a filter is sent as: {@code filter[project][neq]}. */
export function parameterOf(filter: Filter): string {
  const suffix = filter.operator === 'in' ? '' : `[${filter.operator}]`;
  return `filter[${filter.dimension}]${suffix}`;
}

/** Filters as parameters. */
export function filtersOf(filters: readonly Filter[]): Query {
  return Object.fromEntries(filters.map((filter) => [parameterOf(filter), filter.value]));
}

/** Exactly one value, which may contain commas. */
export function exactly(dimension: string, value: string): Query {
  return { [`filter[${dimension}][eq]`]: value };
}

/** The filters among the parameters of an address, those that {@link parameterOf} makes. */
export function filtersIn(params: URLSearchParams): Filter[] {
  const found: Filter[] = [];
  for (const [name, value] of params) {
    const match = /^filter\[([^\]]+)\](?:\[(neq|prefix)\])?$/.exec(name);
    if (match?.[1]) {
      found.push({ dimension: match[1], operator: (match[2] as FilterOperator | undefined) ?? 'in', value });
    }
  }
  return found;
}

/** A query string with its question mark; empty without parameters. */
export function searchOf(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of entriesOf(query)) {
    params.append(name, value);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** The same request for a shell; the token stays in a variable. */
export function curlOf(origin: string, path: string, query: Query, accept = ''): string {
  const lines = [
    'curl -sS --fail-with-body -G -H "Authorization: Bearer $TOLLGATE_TOKEN"',
    ...(accept === '' ? [] : [`-H ${quoted(`Accept: ${accept}`)}`]),
    quoted(origin + path),
    ...entriesOf(query).map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`),
  ];
  return lines.join(' \\\n  ');
}

function entriesOf(query: Query): [string, string][] {
  return Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => [name, String(value)]);
}

/** One word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
