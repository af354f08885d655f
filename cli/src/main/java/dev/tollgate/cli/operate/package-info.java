/** The long-lived roles, and an operator's tasks around them: topics, tables, reconciliation, looking into topics. */
@NullMarked
package dev.tollgate.cli.operate;

import org.jspecify.annotations.NullMarked;
