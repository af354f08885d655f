@NullMarked
package dev.tollgate.cli.metrics;

import org.jspecify.annotations.NullMarked;
