/** The plan catalog from the command line: {@code tollgate plans}, and the plans that are shipped with it. */
@NullMarked
package dev.tollgate.cli.plans;

import org.jspecify.annotations.NullMarked;
