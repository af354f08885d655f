/**
 * The input as the log has it: its records, where tasks began to read, and before what moment no record is still to
 * come.
 */
@NullMarked
package dev.tollgate.streams.input;

import org.jspecify.annotations.NullMarked;
