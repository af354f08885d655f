/** Binder for Micrometer; needs {@code micrometer-core}, which the service brings. */
@NullMarked
package dev.tollgate.publisher.micrometer;

import org.jspecify.annotations.NullMarked;
