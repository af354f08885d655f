/** The configuration of the accounting role, read once at start-up with every problem reported together. */
@NullMarked
package dev.tollgate.streams.config;

import org.jspecify.annotations.NullMarked;
