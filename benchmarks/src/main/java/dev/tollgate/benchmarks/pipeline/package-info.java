/**
 * Measurements of the whole way: services and their gates in processes of their own, Kafka, registry and topology in
 * one beside them. Programs, not JMH benchmarks: what they wait for is other processes. Commands and figures:
 * docs/performance.
 */
@NullMarked
package dev.tollgate.benchmarks.pipeline;

import org.jspecify.annotations.NullMarked;
