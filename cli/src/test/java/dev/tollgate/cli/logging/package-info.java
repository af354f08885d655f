/** Lines of the log as machines read them. */
@NullMarked
package dev.tollgate.cli.logging;

import org.jspecify.annotations.NullMarked;
