/** Lists: rows of a table, newest or most pressing first, filtered, page by page as JSON or whole as CSV and NDJSON. */
@NullMarked
package dev.tollgate.api.list;

import org.jspecify.annotations.NullMarked;
