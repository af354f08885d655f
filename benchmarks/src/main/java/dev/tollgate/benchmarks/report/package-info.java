/**
 * What a benchmark found: a table for a terminal or a document, the same as JSON, a chart, and the machine it ran on.
 */
@NullMarked
package dev.tollgate.benchmarks.report;

import org.jspecify.annotations.NullMarked;
