/** What a sink or a reconciliation tells whoever runs it: its figures, and why it stopped. */
@NullMarked
package dev.tollgate.sink.status;

import org.jspecify.annotations.NullMarked;
