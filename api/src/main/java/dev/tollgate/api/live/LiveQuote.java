package dev.tollgate.api.live;

import dev.tollgate.api.list.LiveRows;
import dev.tollgate.gate.Quote;

/**
 * What a call would get and cost by the newest snapshots of its account.
 *
 * @param rows the account's limits; none if there is no snapshot of it
 * @param quote the answer of a gate
 */
public record LiveQuote(LiveRows rows, Quote quote) {}
