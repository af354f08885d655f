/** Which accounting applications may have written the records of the journal. Pure. */
@NullMarked
package dev.tollgate.sink.internal.application;

import org.jspecify.annotations.NullMarked;
