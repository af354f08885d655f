/** How rows are written: JSON, CSV, NDJSON. */
@NullMarked
package dev.tollgate.api.format;

import org.jspecify.annotations.NullMarked;
