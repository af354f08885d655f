/** What must hold after a round: its books, an independent recount of its log, and the guarantees as objects. */
@NullMarked
package dev.tollgate.faults.guarantee;

import org.jspecify.annotations.NullMarked;
