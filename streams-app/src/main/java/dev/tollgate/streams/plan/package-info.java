/**
 * The plan catalog as the log has it: which versions of which plans count for a record, by append times alone, and the
 * thread that reads them.
 */
@NullMarked
package dev.tollgate.streams.plan;

import org.jspecify.annotations.NullMarked;
