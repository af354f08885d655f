/** Request events from files and from the command line: {@code tollgate ingest}, {@code tollgate publish}. */
@NullMarked
package dev.tollgate.cli.ingest;

import org.jspecify.annotations.NullMarked;
