/** The gate's figures as Micrometer meters. Needs micrometer-core, which the service brings. */
@NullMarked
package dev.tollgate.gate.micrometer;

import org.jspecify.annotations.NullMarked;
