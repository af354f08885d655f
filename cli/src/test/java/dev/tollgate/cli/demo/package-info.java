/** The demo's plans, traffic and comparison, without a stack. */
@NullMarked
package dev.tollgate.cli.demo;

import org.jspecify.annotations.NullMarked;
