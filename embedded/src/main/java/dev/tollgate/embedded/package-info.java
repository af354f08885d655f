/**
 * The one-machine stack: Kafka, a schema registry and the ClickHouse engine as real software on loopback ports, with
 * all data below one folder. {@link dev.tollgate.embedded.EmbeddedStack} starts it; {@link dev.tollgate.embedded.Stack}
 * is what tests and commands see of it, whatever it runs on.
 */
@NullMarked
package dev.tollgate.embedded;

import org.jspecify.annotations.NullMarked;
