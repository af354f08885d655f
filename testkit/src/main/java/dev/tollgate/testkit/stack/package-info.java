/** The stacks that integration tests run on: embedded by default, containers where asked for. */
@NullMarked
package dev.tollgate.testkit.stack;

import org.jspecify.annotations.NullMarked;
