/** Usage of one limit, by algorithm, with what it has raised; by account, project and API key. */
@NullMarked
package dev.tollgate.engine.internal.bucket;

import org.jspecify.annotations.NullMarked;
