/** The files of {@code deploy} for those who watch Tollgate. */
@NullMarked
package dev.tollgate.cli.monitoring;

import org.jspecify.annotations.NullMarked;
