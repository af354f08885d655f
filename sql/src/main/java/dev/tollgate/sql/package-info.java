/**
 * The ClickHouse side of Tollgate: where it is ({@link dev.tollgate.sql.ClickHouseConfig}), its tables and views
 * ({@link dev.tollgate.sql.Migrator}) and the questions that analysts and operators ask
 * ({@link dev.tollgate.sql.AnalystQuery}).
 */
@NullMarked
package dev.tollgate.sql;

import org.jspecify.annotations.NullMarked;
